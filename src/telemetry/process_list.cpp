#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <tuple>

#include "jetmeter/processes.h"
#include "telemetry/process_text.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

std::optional<ProcessId> process_id(const std::string& name) {
  ProcessId pid = 0;
  const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  const bool whole = error == std::errc() && rest == name.data() + name.size();
  return whole && pid > 0 ? std::optional(pid) : std::nullopt;
}

}  // namespace

std::vector<ProcessSummary> largest_processes(const Host& host, std::size_t most) {
  const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::vector<ProcessSummary> all;
  std::error_code error;
  std::filesystem::directory_iterator folder(host.path("/proc"), error), end;
  for (; !error && folder != end; folder.increment(error)) {
    const auto pid = process_id(folder->path().filename().string());
    if (!pid) continue;
    const auto statm = read_text(folder->path() / "statm").value_or("");
    if (const auto pages = parse_statm(statm, page_bytes))
      all.push_back({*pid, {}, pages->resident_bytes});
  }
  std::ranges::sort(all, [](const auto& a, const auto& b) {
    return std::tuple(b.rss_bytes, a.pid) < std::tuple(a.rss_bytes, b.pid);
  });
  if (all.size() > most) all.resize(most);
  for (auto& process : all)
    process.name = clean_name(
        read_text(host.path("/proc/" + std::to_string(process.pid) + "/comm")).value_or(""));
  return all;
}

}  // namespace jetmeter
