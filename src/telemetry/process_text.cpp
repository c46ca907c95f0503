#include "telemetry/process_text.h"

#include <limits>

#include "telemetry/text.h"

namespace jetmeter {
namespace {

std::optional<std::int64_t> to_signed(std::string_view word) {
  const auto count = to_count(word);
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return count && *count <= kMost ? std::optional(static_cast<std::int64_t>(*count)) : std::nullopt;
}

std::optional<std::int64_t> sum_of(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  if (!a || !b || *a > std::numeric_limits<std::int64_t>::max() - *b) return std::nullopt;
  return *a + *b;
}

}  // namespace

// proc(5) numbers the fields from 1; the name is the second.
std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  constexpr int kState = 3, kMinorFaults = 10, kMajorFaults = 12, kUserTime = 14, kSystemTime = 15,
                kThreads = 20;
  const auto end_of_name = text.rfind(')');
  if (end_of_name == text.npos) return std::nullopt;
  text.remove_prefix(end_of_name + 1);
  const auto state = next_word(text);
  std::optional<std::int64_t> minor, major, user, system, threads;
  for (int field = kState + 1; field <= kThreads; ++field) {
    const auto word = next_word(text);
    if (field == kMinorFaults) minor = to_signed(word);
    if (field == kMajorFaults) major = to_signed(word);
    if (field == kUserTime) user = to_signed(word);
    if (field == kSystemTime) system = to_signed(word);
    if (field == kThreads) threads = to_signed(word);
  }
  if (state.size() != 1 || !minor || !major) return std::nullopt;
  return ProcessStat{state.front(), *minor, *major, sum_of(user, system), threads};
}

std::optional<ProcessPages> parse_statm(std::string_view text, std::uint64_t page_bytes) {
  const auto bytes = [&](std::optional<std::uint64_t> pages) {
    const bool sound = pages && *pages <= std::numeric_limits<std::uint64_t>::max() / page_bytes;
    return sound ? std::optional(*pages * page_bytes) : std::nullopt;
  };
  const auto size = to_count(next_word(text));
  const auto resident = bytes(to_count(next_word(text)));
  if (!size || *size == 0 || !resident) return std::nullopt;
  return ProcessPages{*resident, bytes(to_count(next_word(text)))};
}

std::optional<std::uint64_t> parse_loadavg_tasks(std::string_view text) {
  for (int load = 0; load < 3; ++load)
    if (!to_number(next_word(text))) return std::nullopt;
  auto tasks = next_word(text);
  const auto slash = tasks.find('/');
  if (slash == tasks.npos) return std::nullopt;
  return to_count(tasks.substr(slash + 1));
}

}  // namespace jetmeter
