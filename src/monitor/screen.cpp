#include "monitor/screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "monitor/blocks.h"
#include "monitor/cells.h"

namespace jetmeter {
namespace {

constexpr std::size_t kBetween = 2;  // cells between the halves of a line

// Two blocks side by side are one.
ScreenBlock beside(const ScreenBlock& left, std::size_t left_width, const ScreenBlock& right) {
  const auto joined = [&](std::string_view a, std::string_view b) {
    return left_in(a, left_width) + std::string(b.empty() ? 0 : kBetween, ' ') + std::string(b);
  };
  ScreenBlock both{joined(left.heading, right.heading), {}, std::max(left.least, right.least)};
  for (std::size_t i = 0; i < std::max(left.lines.size(), right.lines.size()); ++i)
    both.lines.push_back(joined(i < left.lines.size() ? left.lines[i] : "",
                                i < right.lines.size() ? right.lines[i] : ""));
  return both;
}

std::vector<ScreenBlock> blocks_of(const MonitorView& view, const ScreenOptions& options) {
  const auto left = (options.width - kBetween) * 11 / 20;
  const auto right = options.width - kBetween - left;
  return {memory_block(view, options),
          beside(load_block(view, left, options), left, temperature_block(view, right, options)),
          beside(power_block(view, left, options), left, strain_block(view, right, options)),
          process_block(view, options)};
}

std::string clock_text(const MonitorView& view) {
  if (view.time) {
    const auto utc = format_utc(*view.time);  // "2026-01-31T12:00:00.123456Z"
    return fmt::format("{} {} UTC", utc.substr(0, 10), utc.substr(11, 8));
  }
  return view.replay ? "at " + format_duration(view.at) : "";
}

std::string ends(std::string_view left, std::string_view right, std::size_t width) {
  const auto room = width - std::min(width, cell_count(right) + 1);
  return left_in(left, room) + " " + std::string(right);
}

std::string facts(const Machine& machine) {
  std::string text;
  const auto add = [&](std::string_view fact) {
    text += fmt::format("{}{}", text.empty() ? "" : " · ", fact);
  };
  if (machine.board && machine.board->l4t) add("L4T " + *machine.board->l4t);
  if (machine.board && machine.board->jetpack) add("JetPack " + *machine.board->jetpack);
  if (machine.power_mode) add(*machine.power_mode);
  add(fmt::format("{} cores", machine.cores));
  if (machine.governor) add(*machine.governor);
  for (const auto& gpu : machine.gpus) add(gpu.name);
  if (!machine.kernel.empty()) add("Linux " + machine.kernel);
  return text;
}

std::vector<std::string> header(const MonitorView& view, const ScreenOptions& options) {
  const auto& machine = view.machine;
  const auto title = machine       ? machine->board ? machine->board->model : machine->cpu
                     : view.replay ? view.replay->name
                                   : std::string();
  const auto width = options.width;
  std::vector<std::string> lines{
      painted(ends(title, clock_text(view), width), Tone::title, options.color)};
  if (machine)
    lines.push_back(painted(clipped(facts(*machine), width), Tone::quiet, options.color));
  return lines;
}

std::string replay_text(const ReplayState& replay) {
  std::string text = "recording";
  if (replay.share) text += fmt::format(" {:.0f} %", 100 * *replay.share);
  if (replay.ended) text += ", ended";
  if (replay.speed != 1) text += fmt::format(", {:g}x", replay.speed);
  if (replay.bad_lines > 0)
    text += fmt::format(", {} line{} not understood", replay.bad_lines,
                        replay.bad_lines == 1 ? "" : "s");
  return text;
}

std::string missing_text(const MonitorView& view, bool keys) {
  if (view.missing.empty()) return {};
  std::string names;
  for (const auto& source : view.missing) names += (names.empty() ? "" : ", ") + source.name;
  return fmt::format("Not here{}: {}", keys ? " (h says why)" : "", names);
}

std::string key_text(const MonitorView& view) {
  std::string text = "q quit · p ";
  text += view.paused ? "go on" : "pause";
  text += view.replay ? " · h help · +/- faster, slower" : " · h help · +/- interval ";
  if (!view.replay) text += format_duration(view.interval);
  return text;
}

std::vector<std::string> footer(const MonitorView& view, const ScreenOptions& options) {
  std::vector<std::string> lines;
  const auto add = [&](const std::string& text, Tone tone) {
    if (!text.empty()) lines.push_back(painted(clipped(text, options.width), tone, options.color));
  };
  add(view.process_note, Tone::quiet);
  add(missing_text(view, options.keys), Tone::quiet);
  for (const auto& [source, words] : view.unknown)
    add(source + ": " + in_words(words), Tone::warning);
  add(view.message, Tone::warning);
  const auto state = view.replay ? replay_text(*view.replay) : std::string();
  const auto shown = view.paused ? "paused" + (state.empty() ? "" : ", " + state) : state;
  if (options.keys)
    add(ends(key_text(view), shown, options.width), Tone::quiet);
  else
    add(shown, Tone::quiet);
  return lines;
}

std::size_t total_of(const std::vector<ScreenBlock>& blocks) {
  return std::accumulate(
      blocks.begin(), blocks.end(), std::size_t{0},
      [](std::size_t sum, const ScreenBlock& b) { return sum + 1 + b.lines.size(); });
}

// Takes lines from the block that has most of them, first down to what each should keep, then
// further; blocks without a line lose their heading.
void shrink(std::vector<ScreenBlock>& blocks, std::size_t height) {
  const auto spare = [](const ScreenBlock& block) {
    return block.lines.size() > block.least ? block.lines.size() - block.least : 0;
  };
  while (total_of(blocks) > height && !blocks.empty()) {
    auto most = std::ranges::max_element(blocks, {}, spare);
    if (spare(*most) == 0) most = blocks.end() - 1;
    if (most->lines.size() > 1)
      most->lines.pop_back();
    else
      blocks.erase(most);
  }
}

void append(std::vector<std::string>& lines, const std::vector<ScreenBlock>& blocks,
            std::size_t empty_lines) {
  for (const auto& block : blocks) {
    if (empty_lines > 0) {
      lines.emplace_back();
      --empty_lines;
    }
    lines.push_back(block.heading);
    lines.insert(lines.end(), block.lines.begin(), block.lines.end());
  }
}

std::vector<ScreenBlock> help_blocks(const MonitorView& view, const ScreenOptions& options) {
  ScreenBlock keys{heading_line("Keys", options.width, options),
                   {"q, Esc, Ctrl-C   quit", "p, space         pause, go on",
                    "h, ?             this page, and back",
                    "+, -             longer or shorter interval; of a recording: faster, slower"},
                   4};
  ScreenBlock missing{heading_line("Sources that are not here", options.width, options), {}, 1};
  for (const auto& source : view.missing)
    missing.lines.push_back(clipped(source.name + ": " + source.reason, options.width));
  for (auto& line : keys.lines) line = clipped(line, options.width);
  if (missing.lines.empty()) missing.lines.emplace_back("none");
  return {keys, missing};
}

std::vector<std::string> too_small(const ScreenOptions& options) {
  std::vector<std::string> lines;
  const auto text = fmt::format("{} x {} cells: too small, I need {} x {}", options.width,
                                options.height, kLeastWidth, kLeastHeight);
  lines.push_back(clipped(text, options.width));
  lines.resize(options.height);
  return lines;
}

std::vector<std::string> compose(const MonitorView& view, const ScreenOptions& options) {
  auto lines = header(view, options);
  const auto foot = footer(view, options);
  auto blocks = view.help ? help_blocks(view, options) : blocks_of(view, options);
  std::size_t empty_lines = blocks.size();
  if (options.height > 0) {
    const auto room = options.height - lines.size() - foot.size();
    shrink(blocks, room);
    empty_lines = std::min(blocks.size(), room - total_of(blocks));
  }
  append(lines, blocks, empty_lines);
  if (options.height > 0) lines.resize(options.height - foot.size());
  lines.insert(lines.end(), foot.begin(), foot.end());
  return lines;
}

}  // namespace

std::vector<std::string> render_screen(const MonitorView& view, const ScreenOptions& options) {
  const bool small =
      options.width < kLeastWidth || (options.height > 0 && options.height < kLeastHeight);
  auto lines = small ? too_small(options) : compose(view, options);
  for (auto& line : lines) {
    const auto end = line.find_last_not_of(' ');
    line.resize(end == line.npos ? 0 : end + 1);
    if (options.ascii) line = as_ascii(line);
  }
  return lines;
}

}  // namespace jetmeter
