#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "monitor/blocks.h"

namespace jetmeter {
namespace {

constexpr std::size_t kPid = 8, kAmount = 10;

std::string bytes(const std::optional<std::uint64_t>& value) {
  return value ? format_bytes(*value) : "-";
}

constexpr std::array<std::string_view, 3> kColumns{"PSS", "RSS", "GPU"};

std::size_t columns_in(std::size_t width) {
  return width < kLeastWidth ? 2 : kColumns.size();
}

// The names of the columns end where their numbers do.
std::string heading(const ScreenOptions& options) {
  const bool narrow = options.width < kLeastWidth;
  const std::string text = narrow ? "Processes " : "Processes, largest first ";
  const auto count = columns_in(options.width);
  const auto columns = kPid + count * kAmount;
  std::string rule;
  for (auto i = cell_count(text); i + columns - kPid < options.width; ++i) rule += "─";
  std::string names;
  for (const auto name : std::span(kColumns).first(count)) {
    std::string filler = names.empty() ? "─" : " ";
    for (auto i = name.size() + 2; i < kAmount; ++i) filler += "─";
    names += painted(filler, Tone::quiet, options.color) + " " +
             painted(name, Tone::title, options.color);
  }
  return painted(text, Tone::title, options.color) + painted(rule, Tone::quiet, options.color) +
         names;
}

// Linux numbers processes up to 4194304, and says so of few.
std::size_t digits_of_pids(const MonitorView& view) {
  constexpr std::size_t kUsual = kPid - 2, kMost = kPid - 1;
  const bool long_one =
      std::ranges::any_of(view.processes, [](const MonitorProcess& p) { return p.pid > 999'999; });
  return long_one ? kMost : kUsual;
}

}  // namespace

ScreenBlock process_block(const MonitorView& view, const ScreenOptions& options) {
  ScreenBlock block{heading(options), {}, 2};
  const auto digits = digits_of_pids(view), columns = columns_in(options.width);
  for (const auto& process : view.processes) {
    const auto pid = process.pid > 0 ? std::to_string(process.pid) : "";
    auto line = right_in(pid, digits) + std::string(kPid - digits, ' ') +
                left_in(process.name, options.width - kPid - columns * kAmount);
    const std::array amounts{process.pss_bytes, process.rss_bytes, process.gpu_bytes};
    for (const auto& amount : std::span(amounts).first(columns))
      line += right_in(bytes(amount), kAmount);
    block.lines.push_back(std::move(line));
  }
  if (view.processes.empty()) block.lines.emplace_back("- nothing here tells of processes");
  return block;
}

}  // namespace jetmeter
