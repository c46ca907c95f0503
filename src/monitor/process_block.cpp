#include <fmt/format.h>

#include "monitor/blocks.h"

namespace jetmeter {
namespace {

constexpr std::size_t kPid = 8, kAmount = 10;

std::string bytes(const std::optional<std::uint64_t>& value) {
  return value ? format_bytes(*value) : "-";
}

// The names of the columns end where their numbers do.
std::string heading(const ScreenOptions& options) {
  std::string text = "Processes, largest first ";
  const auto columns = kPid + 3 * kAmount;
  std::string rule;
  for (auto i = cell_count(text); i + columns - kPid < options.width; ++i) rule += "─";
  std::string names;
  for (const std::string_view name : {"PSS", "RSS", "GPU"}) {
    std::string filler = names.empty() ? "─" : " ";
    for (auto i = name.size() + 2; i < kAmount; ++i) filler += "─";
    names += painted(filler, Tone::quiet, options.color) + " " +
             painted(name, Tone::title, options.color);
  }
  return painted(text, Tone::title, options.color) + painted(rule, Tone::quiet, options.color) +
         names;
}

}  // namespace

ScreenBlock process_block(const MonitorView& view, const ScreenOptions& options) {
  ScreenBlock block{heading(options), {}, 2};
  for (const auto& process : view.processes) {
    const auto pid = process.pid > 0 ? std::to_string(process.pid) : "";
    block.lines.push_back(
        right_in(pid, kPid - 2) + "  " + left_in(process.name, options.width - kPid - 3 * kAmount) +
        right_in(bytes(process.pss_bytes), kAmount) + right_in(bytes(process.rss_bytes), kAmount) +
        right_in(bytes(process.gpu_bytes), kAmount));
  }
  if (view.processes.empty()) block.lines.emplace_back("- nothing here tells of processes");
  return block;
}

}  // namespace jetmeter
