#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "monitor/blocks.h"
#include "monitor/glyphs.h"

namespace jetmeter {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

// "3" of "cpu3"; absent for every other name.
std::optional<std::string> number_after(std::string_view word, std::string_view subject) {
  if (!subject.starts_with(word) || !is_number(subject.substr(word.size()))) return std::nullopt;
  return std::string(subject.substr(word.size()));
}

std::vector<std::string> numbered(const MonitorView& view, std::string_view word) {
  std::vector<std::string> all;
  for (const auto& subject : view.subjects("load."))
    if (number_after(word, subject)) all.push_back(subject);
  return all;
}

struct LoadLine {
  std::string label;
  std::optional<double> percent, hertz;
  std::vector<HistoryPoint> history;  // of the percents
};

std::string text(const LoadLine& line, const MonitorView& view, std::size_t width, bool color) {
  constexpr std::size_t kLabel = 5, kPercent = 6, kClock = 9;
  const auto room = width - kLabel - kPercent - kClock - 1;
  const auto drawn = room * 2 / 5;
  const auto share = line.percent ? std::optional(*line.percent / 100) : std::nullopt;
  return left_in(line.label, kLabel) +
         painted(bar(share, drawn), share ? tone_of(*share) : Tone::quiet, color) +
         right_in(amount(line.percent, Unit::percent), kPercent) +
         right_in(amount(line.hertz, Unit::hertz), kClock) + " " +
         painted(curve(line.history, view.at, kCurveSpan, room - drawn, 100), Tone::quiet, color);
}

LoadLine load_line(const MonitorView& view, const std::string& subject) {
  LoadLine line{subject, view.value("load." + subject), view.value("clock." + subject), {}};
  if (const auto* channel = view.find("load." + subject)) line.history = channel->history;
  return line;
}

// Where only single cores are told, as by tegrastats: the mean of those that are on.
std::optional<double> mean_of(const MonitorView& view, const std::vector<std::string>& cores) {
  double sum = 0;
  int n = 0;
  for (const auto& core : cores) {
    if (const auto load = view.value("load." + core)) {
      sum += *load;
      ++n;
    }
  }
  return n > 0 ? std::optional(sum / n) : std::nullopt;
}

LoadLine cpu_line(const MonitorView& view, const std::vector<std::string>& cores) {
  auto line = load_line(view, "cpu");
  if (!line.percent) line.percent = mean_of(view, cores);
  for (const auto& subject : view.subjects("clock.")) {
    if (!number_after("cpu", subject)) continue;
    const auto clock = view.value("clock." + subject);
    if (clock && (!line.hertz || *clock > *line.hertz)) line.hertz = clock;
  }
  return line;
}

// A core that is off tells neither load nor clock while others do; of one that is on the load may
// not be known, as in a single reading.
bool is_off(const MonitorView& view, const std::string& core,
            const std::vector<std::string>& cores) {
  if (view.value("load." + core) || view.value("clock." + core)) return false;
  const auto any_has = [&](std::string_view quantity) {
    return std::ranges::any_of(cores, [&](const std::string& other) {
      return view.value(std::string(quantity) + other).has_value();
    });
  };
  return any_has("load.") || (view.find("clock." + core) && any_has("clock."));
}

// A number per core where there is room, else a cell per core: "-" of one that is off, "?" where
// its load is not known.
std::string core_line(const MonitorView& view, const std::vector<std::string>& cores,
                      std::size_t width) {
  std::string numbers = "cores";
  std::string cells = "cores ";
  for (const auto& core : cores) {
    if (const auto load = view.value("load." + core)) {
      numbers += fmt::format(" {:3.0f}", *load);
      cells += column(*load / 100);
    } else {
      const auto* mark = is_off(view, core, cores) ? "-" : "?";
      numbers += fmt::format("   {}", mark);
      cells += mark;
    }
  }
  numbers += " %";
  return cell_count(numbers) <= width ? numbers : clipped(cells, width);
}

// Video engines and accelerators, where something tells of them.
std::string engine_line(const MonitorView& view) {
  std::string line;
  for (const auto& subject : view.subjects("load.")) {
    if (subject.starts_with("cpu") || subject.starts_with("gpu") || subject == "emc") continue;
    const auto load = view.value("load." + subject);
    if (!load) continue;
    line += fmt::format("{}{} {}", line.empty() ? "" : " · ", subject, amount(load, Unit::percent));
  }
  return line;
}

}  // namespace

ScreenBlock load_block(const MonitorView& view, std::size_t width, const ScreenOptions& options) {
  auto block = titled_block("Load, curves of 2 min", 3, width, options);
  const auto cores = numbered(view, "cpu"), gpus = numbered(view, "gpu");
  const auto add = [&](const LoadLine& line) {
    block.lines.push_back(text(line, view, width, options.color));
  };
  add(cpu_line(view, cores));
  for (const auto& gpu : gpus) add(load_line(view, gpu));
  const bool has_gpu = view.machine && !view.machine->gpus.empty() && gpus.empty();
  if (view.find("load.gpu") || has_gpu) add(load_line(view, "gpu"));
  if (view.find("load.emc") || view.find("clock.emc")) add(load_line(view, "emc"));
  if (!cores.empty()) block.lines.push_back(core_line(view, cores, width));
  if (auto engines = engine_line(view); !engines.empty())
    block.lines.push_back(clipped(engines, width));
  return block;
}

}  // namespace jetmeter
