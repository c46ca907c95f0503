// The ladder from the benchmark's number to the application's: one model with more around each
// inference than on the rung that it adds to, the rungs measured in turn, forth and back, so that a
// machine that warms up charges none of them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/load.h"
#include "jetmeter/record.h"
#include "run/bench_orders.h"

namespace jetmeter {

struct Rung {
  std::string name, what;
  Task* task = nullptr;    // null: not measured, for `reason`
  bool one_by_one = true;  // every inference is timed; else only the round as a whole
  std::string reason = {};
  std::string adds_to = {};  // a rung's name; empty: the one before
};

struct LadderOptions {
  int rounds = 8;
  Nanoseconds round_time = std::chrono::milliseconds(250);
  std::int64_t least_count = 3;  // inferences in a round
  // Pairs of rounds follow until the median round of every rung is known to within so much (half
  // its 95 % interval, in percent of it), or so long was spent on the ladder.
  std::optional<double> median_within_percent = {};
  Nanoseconds max_time{0};
};

// Rounds in which every rung is measured for the minimum time, and never fewer than usual; an even
// number, so that it goes back as often as forth. What is asked of the median is asked of every
// rung's. Pure.
LadderOptions ladder_for(const StopRules&);

// How well the least known of the rungs that were measured is known; absent where that cannot be
// told of one, or none was. Pure.
std::optional<double> median_within_percent(std::span<const RungMeasured>);

// A rung whose task fails has no number, and the reason; the others go on. Returns early when asked
// to stop, with what was measured until then; a rung that was not says so.
std::vector<RungMeasured> climb(std::span<const Rung>, const LadderOptions&, const LoadWorld&);

// What each rung adds to the one that it contains, from the differences of the rounds that belong
// together: of their means, since a median would leave out what is rare and be told from nothing by
// its skew. Pure.
std::vector<LadderStepRecord> ladder_steps(std::span<const RungMeasured>);

}  // namespace jetmeter
