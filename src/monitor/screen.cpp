#include "monitor/screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "monitor/blocks.h"
#include "monitor/cells.h"
#include "monitor/help_page.h"

namespace jetmeter {
namespace {

constexpr std::size_t kBetween = 2;  // cells between the halves of a line
constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kIndent = 2;  // of what goes on from the line before

// One block over the whole width, or two side by side, of which the first lines are shown.
struct Row {
  ScreenBlock left, right;
  std::size_t left_width = 0, right_width = 0;  // the latter is 0 where there is one block
  std::size_t lines = std::max(left.lines.size(), right.lines.size());

  std::size_t spare() const {
    const auto least = std::max(left.least, right.least);
    return lines > least ? lines - least : 0;
  }
};

std::string side_by_side(const Row& row, std::string_view left, std::string_view right) {
  if (row.right_width == 0) return std::string(left);
  return left_in(left, row.left_width) + std::string(right.empty() ? 0 : kBetween, ' ') +
         std::string(right);
}

// What is left out is told.
std::string heading_of(const ScreenBlock& block, std::size_t lines, std::size_t width,
                       const ScreenOptions& options) {
  const auto hidden = block.title.empty() ? 0 : hidden_items(block, lines);
  return hidden == 0 ? block.heading : heading_line(block.title, width, options, hidden);
}

std::vector<std::string> lines_of(const Row& row, const ScreenOptions& options) {
  const auto line = [](const ScreenBlock& block, std::size_t i) {
    return i < block.lines.size() ? std::string_view(block.lines[i]) : std::string_view();
  };
  std::vector<std::string> lines{
      side_by_side(row, heading_of(row.left, row.lines, row.left_width, options),
                   heading_of(row.right, row.lines, row.right_width, options))};
  for (std::size_t i = 0; i < row.lines; ++i)
    lines.push_back(side_by_side(row, line(row.left, i), line(row.right, i)));
  return lines;
}

std::vector<Row> stacked_rows(const MonitorView& view, const ScreenOptions& options) {
  const auto width = options.width;
  return {{memory_block(view, options), {}, width},
          {load_block(view, width, options), {}, width},
          {temperature_block(view, width, options), {}, width},
          {power_block(view, width, options), {}, width},
          {strain_block(view, width, options), {}, width},
          {process_block(view, options), {}, width}};
}

std::vector<Row> rows_of(const MonitorView& view, const ScreenOptions& options) {
  if (options.width < kLeastWidth) return stacked_rows(view, options);
  const auto left = (options.width - kBetween) * 11 / 20;
  const auto right = options.width - kBetween - left;
  return {{memory_block(view, options), {}, options.width},
          {load_block(view, left, options), temperature_block(view, right, options), left, right},
          {power_block(view, left, options), strain_block(view, right, options), left, right},
          {process_block(view, options), {}, options.width}};
}

std::string clock_text(const MonitorView& view) {
  if (view.time) {
    const auto utc = format_utc(*view.time);  // "2026-01-31T12:00:00.123456Z"
    return fmt::format("{} {} UTC", utc.substr(0, 10), utc.substr(11, 8));
  }
  if (view.local_time.size() > 11)  // "2026-01-31T12:00:00"
    return fmt::format("{} {} local time", view.local_time.substr(0, 10),
                       view.local_time.substr(11));
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
  if (machine.cores > 0) add(fmt::format("{} cores", machine.cores));
  if (machine.governor) add(*machine.governor);
  for (const auto& gpu : machine.gpus) add(gpu.name);
  if (!machine.kernel.empty()) add("Linux " + machine.kernel);
  return text;
}

// What computes, by its module where that is known; the model, which names what was flashed onto
// which carrier, where there is room for it as well.
std::string name_of(const Board& board, std::size_t width) {
  if (!board.module) return board.model;
  auto name = *board.module;
  if (board.part_number) name += fmt::format(" ({})", *board.part_number);
  const auto whole = fmt::format("{} · {}", name, board.model);
  return cell_count(whole) <= width ? whole : name;
}

std::string title_of(const MonitorView& view, std::size_t width) {
  if (!view.machine) return view.replay ? view.replay->name : std::string();
  return view.machine->board ? name_of(*view.machine->board, width) : view.machine->cpu;
}

// One line of a window; elsewhere nothing is cut.
std::vector<std::string> in_lines(std::string_view text, const ScreenOptions& options) {
  if (options.height > 0) return {clipped(text, options.width)};
  return wrapped(text, options.width, kIndent);
}

std::vector<std::string> title_lines(const MonitorView& view, const ScreenOptions& options) {
  const auto width = options.width;
  const auto clock = clock_text(view);
  const auto room = width - std::min(width, cell_count(clock) + 1);
  const auto title = title_of(view, room);
  if (options.height > 0 || cell_count(title) <= room) return {ends(title, clock, width)};
  auto lines = wrapped(title, width, kIndent);
  if (!clock.empty()) lines.push_back(right_in(clock, width));
  return lines;
}

std::vector<std::string> header(const MonitorView& view, const ScreenOptions& options) {
  std::vector<std::string> lines;
  for (const auto& line : title_lines(view, options))
    lines.push_back(painted(line, Tone::title, options.color));
  if (!view.machine) return lines;
  for (const auto& line : in_lines(facts(*view.machine), options))
    lines.push_back(painted(line, Tone::quiet, options.color));
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
    if (text.empty()) return;
    for (const auto& line : in_lines(text, options))
      lines.push_back(painted(line, tone, options.color));
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

std::size_t total_of(const std::vector<Row>& rows) {
  return std::accumulate(rows.begin(), rows.end(), std::size_t{0},
                         [](std::size_t sum, const Row& row) { return sum + 1 + row.lines; });
}

// Takes lines from the row that has most of them, first down to what each should keep, then
// further; rows without a line lose their heading.
void shrink(std::vector<Row>& rows, std::size_t height) {
  while (total_of(rows) > height && !rows.empty()) {
    auto most = std::ranges::max_element(rows, {}, &Row::spare);
    if (most->spare() == 0) most = rows.end() - 1;
    if (most->lines > 1)
      --most->lines;
    else
      rows.erase(most);
  }
}

void append(std::vector<std::string>& lines, const std::vector<Row>& rows, std::size_t empty_lines,
            const ScreenOptions& options) {
  for (const auto& row : rows) {
    if (empty_lines > 0) {
      lines.emplace_back();
      --empty_lines;
    }
    for (auto& line : lines_of(row, options)) lines.push_back(std::move(line));
  }
}

std::vector<std::string> too_small(const ScreenOptions& options) {
  std::vector<std::string> lines;
  const auto text = fmt::format("{} x {} cells: too small, I need {} x {}", options.width,
                                options.height, kLeastWidth, kLeastHeight);
  lines.push_back(clipped(text, options.width));
  lines.resize(options.height);
  return lines;
}

HelpExtent extent_of(std::size_t lines, std::size_t others, const ScreenOptions& options) {
  if (options.height == 0) return {lines, lines};
  return {lines, std::min(lines, options.height - std::min(options.height, others))};
}

// Where not all of it is shown, the last line says how to see the rest.
void add_help(const MonitorView& view, const ScreenOptions& options,
              std::vector<std::string>& lines, std::vector<std::string>& foot) {
  const auto page = help_lines(view, options);
  const auto extent = extent_of(page.size(), lines.size() + foot.size(), options);
  const auto first = std::min(view.scroll, extent.last());
  for (std::size_t i = first; i < first + extent.shown; ++i) lines.push_back(page[i]);
  if (extent.last() == 0 || !options.keys) return;
  const auto shown = fmt::format("{}-{} of {}", first + 1, first + extent.shown, extent.lines);
  const auto text = ends("h back · q quit · j k, arrows, space: scroll", shown, options.width);
  foot.back() = painted(clipped(text, options.width), Tone::quiet, options.color);
}

void add_rows(const MonitorView& view, const ScreenOptions& options,
              std::vector<std::string>& lines, const std::vector<std::string>& foot) {
  auto rows = rows_of(view, options);
  std::size_t empty_lines = rows.size();
  if (options.height > 0) {
    const auto room = options.height - lines.size() - foot.size();
    shrink(rows, room);
    empty_lines = std::min(rows.size(), room - total_of(rows));
  }
  append(lines, rows, empty_lines, options);
}

std::vector<std::string> compose(const MonitorView& view, const ScreenOptions& options) {
  auto lines = header(view, options);
  auto foot = footer(view, options);
  if (view.help)
    add_help(view, options, lines, foot);
  else
    add_rows(view, options, lines, foot);
  if (options.height > 0) lines.resize(options.height - foot.size());
  lines.insert(lines.end(), foot.begin(), foot.end());
  return lines;
}

std::vector<std::string> compose_narrow(const MonitorView& view, ScreenOptions options) {
  const auto width = options.width;
  options.width = std::max(width, kNarrowest);
  auto lines = compose(view, options);
  for (auto& line : lines) line = clipped(line, width);
  return lines;
}

}  // namespace

HelpExtent help_extent(const MonitorView& view, const ScreenOptions& options) {
  const auto others = header(view, options).size() + footer(view, options).size();
  return extent_of(help_lines(view, options).size(), others, options);
}

std::vector<std::string> render_screen(const MonitorView& view, const ScreenOptions& options) {
  const bool narrow = options.width < kLeastWidth;
  const bool small = options.height > 0 && (narrow || options.height < kLeastHeight);
  auto lines = small    ? too_small(options)
               : narrow ? compose_narrow(view, options)
                        : compose(view, options);
  for (auto& line : lines) {
    const auto end = line.find_last_not_of(' ');
    line.resize(end == line.npos ? 0 : end + 1);
    if (options.ascii) line = as_ascii(line);
  }
  return lines;
}

}  // namespace jetmeter
