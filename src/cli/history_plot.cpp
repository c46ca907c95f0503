#include "cli/history_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

struct Scale {
  double low = 0, high = 1, step = 1;
};

// The least of 1, 2, 5, 10, … times a power of ten that is not below `least`.
double round_step(double least) {
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= least) return factor * power;
  return 10.0 * power;
}

// Ends on its own steps; a flat line gets room above and below.
Scale scale_of(std::span<const PlotPoint> points) {
  constexpr double kSteps = 4;
  const auto [low, high] = std::ranges::minmax_element(points, {}, &PlotPoint::value);
  double least = low->value, most = high->value;
  if (most - least < 1e-9 * std::max(std::abs(least), std::abs(most))) {
    const double room = least == 0 ? 1.0 : 0.05 * std::abs(least);
    least -= room;
    most += room;
  }
  if (least == most) most = least + 1;  // both 0
  Scale scale;
  scale.step = round_step((most - least) / kSteps);
  scale.low = std::floor(least / scale.step) * scale.step;
  scale.high = std::ceil(most / scale.step) * scale.step;
  return scale;
}

std::size_t cell(double share, std::size_t cells) {
  const auto at = std::lround(share * static_cast<double>(cells - 1));
  return static_cast<std::size_t>(std::clamp<long>(at, 0, static_cast<long>(cells) - 1));
}

struct Glyphs {
  std::string_view point, median, tick, wall, corner, floor;
};
constexpr Glyphs kUnicode{"●", "┄", "┤", "│", "└", "─"};
constexpr Glyphs kAscii{"*", "-", "+", "|", "+", "-"};

// Rows from the top; a cell is empty or a glyph.
using Canvas = std::vector<std::vector<std::string_view>>;

Canvas draw(std::span<const PlotPoint> points, const Scale& scale, std::size_t rows,
            std::size_t columns, const Glyphs& glyphs) {
  Canvas canvas(rows, std::vector<std::string_view>(columns, " "));
  const auto row_of = [&](double value) {
    return rows - 1 - cell((value - scale.low) / (scale.high - scale.low), rows);
  };
  std::ranges::fill(canvas[row_of(median_of(points))], glyphs.median);
  const auto [first, last] = std::ranges::minmax_element(points, {}, &PlotPoint::time);
  const auto whole = static_cast<double>((last->time - first->time).count());
  for (const auto& point : points) {
    const auto since = static_cast<double>((point.time - first->time).count());
    canvas[row_of(point.value)][cell(whole > 0 ? since / whole : 0.5, columns)] = glyphs.point;
  }
  return canvas;
}

// The labels of the rows that a step of the scale falls on.
std::vector<std::string> labels_of(const Scale& scale, std::size_t rows, const MetricFacts& facts) {
  std::vector<std::string> labels(rows);
  const auto steps = std::lround((scale.high - scale.low) / scale.step);
  for (long i = 0; i <= steps; ++i) {
    const double value = scale.low + static_cast<double>(i) * scale.step;
    const double shown = std::abs(value) < scale.step * 1e-6 ? 0.0 : value;
    labels[rows - 1 - cell(static_cast<double>(i) / static_cast<double>(steps), rows)] =
        metric_text(shown, facts);
  }
  return labels;
}

std::string minute(WallTime time) {
  auto text = format_utc(time).substr(0, 16);
  std::ranges::replace(text, 'T', ' ');
  return text;
}

std::string time_axis(std::span<const PlotPoint> points, std::size_t margin, std::size_t columns) {
  const auto [first, last] = std::ranges::minmax_element(points, {}, &PlotPoint::time);
  const auto left = minute(first->time), right = minute(last->time);
  if (left == right)
    return fmt::format("{:{}}{:>{}}\n", "", margin, left, (columns + left.size()) / 2);
  const auto room = columns > left.size() ? columns - left.size() : 0;
  return fmt::format("{:{}}{}{:>{}}\n", "", margin, left, right, room);
}

}  // namespace

double median_of(std::span<const PlotPoint> points) {
  std::vector<double> values;
  for (const auto& point : points) values.push_back(point.value);
  std::ranges::sort(values);
  return quantile(values, 0.5);
}

std::string plot(std::span<const PlotPoint> points, const PlotOptions& options) {
  constexpr std::size_t kLeastRows = 6, kBelow = 2;
  constexpr std::size_t kLeastCanvas = 33;  // two times and a space
  const auto& glyphs = options.unicode ? kUnicode : kAscii;
  const auto rows = std::max(options.rows, kLeastRows) - kBelow;
  const auto scale = scale_of(points);
  const auto labels = labels_of(scale, rows, options.facts);
  const auto width = std::ranges::max_element(labels, {}, &std::string::size)->size();
  const auto margin = width + 2;
  const auto columns = std::max(options.columns, margin + kLeastCanvas) - margin;
  const auto canvas = draw(points, scale, rows, columns, glyphs);
  std::string text;
  for (std::size_t row = 0; row < rows; ++row) {
    std::string line = fmt::format("{:>{}} {}", labels[row], width,
                                   labels[row].empty() ? glyphs.wall : glyphs.tick);
    for (const auto glyph : canvas[row]) line += glyph;
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  text += fmt::format("{:{}}{}", "", width + 1, glyphs.corner);
  for (std::size_t i = 0; i < columns; ++i) text += glyphs.floor;
  return text + "\n" + time_axis(points, margin, columns);
}

}  // namespace jetmeter
