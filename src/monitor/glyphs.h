// Bars and curves of block characters. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "monitor/view.h"

namespace jetmeter {

// `share` in [0, 1] as a bar of `width` cells, to an eighth of a cell; absent: empty space.
std::string bar(std::optional<double> share, std::size_t width);

// What `points` did in the `span` before `now`, one cell per stretch of time, the newest on the
// right: the mean of the stretch between 0 and `top`. A stretch without a point is empty. The
// stretches are fixed in time, so that a curve moves by whole cells and does not flicker.
std::string curve(std::span<const HistoryPoint> points, Nanoseconds now, Nanoseconds span,
                  std::size_t width, double top);

// `share` in [0, 1] as a column of one cell.
std::string column(double share);

}  // namespace jetmeter
