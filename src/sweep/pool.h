// Repeats of one configuration as one row, and how far a row's numbers are known. Pure.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "jetmeter/sweep.h"

namespace jetmeter {

// Absent also for what is no number, and for what did not complete: that ranks nowhere.
std::optional<double> comparable_value(const SweepRow&, SweepMetric);

// Within what the number may lie; absent: nobody knows. A peak of memory is known to a hundredth.
std::optional<SweepRange> range_of(const SweepRow&, SweepMetric);

// By row: which configuration it is a run of, counted from 0 in the order of the rows.
std::vector<std::size_t> configurations_of(std::span<const SweepRow>);

// One row per configuration: the medians of its completed runs, within a range from the lowest to
// the highest end of theirs. Runs whose own range is not known need to be three.
std::vector<SweepRow> pooled(std::span<const SweepRow>);

// By row: whether its configuration is the best, or not told apart from the best. None is where
// the best one's range is not known, and where no configuration is told apart from any other.
std::vector<bool> best_rows(std::span<const SweepRow>, SweepMetric, bool more_is_better);

}  // namespace jetmeter
