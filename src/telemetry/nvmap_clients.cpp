#include "telemetry/nvmap_clients.h"

#include <algorithm>
#include <limits>

#include "telemetry/text.h"

namespace jetmeter {
namespace {

constexpr std::string_view kBlank = " \t\r\v\f";

// Cut off the back of `text`; empty when there is none.
std::string_view last_word(std::string_view& text) {
  text = trimmed(text);
  const auto word = text.substr(text.find_last_of(kBlank) + 1);
  text = trimmed(text.substr(0, text.size() - word.size()));
  return word;
}

// "23525644K", in bytes. A number without a unit is not guessed at.
std::optional<std::uint64_t> to_size(std::string_view word) {
  if (word.empty()) return std::nullopt;
  int shift = 0;
  switch (word.back()) {
    case 'K': shift = 10; break;
    case 'M': shift = 20; break;
    case 'G': shift = 30; break;
    default: return std::nullopt;
  }
  const auto count = to_count(word.substr(0, word.size() - 1));
  const auto limit = std::numeric_limits<std::uint64_t>::max() >> shift;
  return count && *count <= limit ? std::optional(*count << shift) : std::nullopt;
}

// From the right: a process may call itself anything, "worker 3" and "VLLM::EngineCor" included,
// and the kernel cuts its name at 15 characters.
std::optional<GpuClient> parse_client(std::string_view line) {
  const auto bytes = to_size(last_word(line));
  const auto pid = to_count(last_word(line));
  if (!bytes || !pid || *pid > std::numeric_limits<ProcessId>::max() || line.empty())
    return std::nullopt;
  auto process = line;
  next_word(process);  // the client's name, "user" for all that come from user space
  process = trimmed(process);
  return GpuClient{static_cast<ProcessId>(*pid), clean_name(process.empty() ? line : process),
                   *bytes};
}

std::optional<std::uint64_t> parse_total(std::string_view line) {
  const auto bytes = to_size(last_word(line));
  return bytes && line == "total" ? bytes : std::nullopt;
}

void add(std::vector<GpuClient>& clients, GpuClient client) {
  const auto known = std::find_if(clients.begin(), clients.end(),
                                  [&](const GpuClient& other) { return other.pid == client.pid; });
  if (known == clients.end())
    clients.push_back(std::move(client));
  else
    known->bytes +=
        std::min(client.bytes, std::numeric_limits<std::uint64_t>::max() - known->bytes);
}

}  // namespace

std::optional<NvmapClients> parse_nvmap_clients(std::string_view text) {
  NvmapClients list;
  list.total_bytes = parse_nvmap_total(text);
  bool any = list.total_bytes.has_value();
  while (const auto line = next_line(text)) {
    auto client = parse_client(*line);
    any = any || client;
    if (client && client->pid != 0) add(list.clients, std::move(*client));
  }
  return any ? std::optional(std::move(list)) : std::nullopt;
}

// The last one: a process may have put an end of line and the word "total" into its name.
std::optional<std::uint64_t> parse_nvmap_total(std::string_view text) {
  std::optional<std::uint64_t> total;
  while (const auto line = next_line(text)) {
    if (const auto bytes = parse_total(*line)) total = bytes;
  }
  return total;
}

}  // namespace jetmeter
