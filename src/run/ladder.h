// The ladder from the benchmark's number to the application's: one model with more around each
// inference than on the rung that it adds to, the rungs measured in turn, forth and back, so that a
// machine that warms up charges none of them.
#pragma once

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
};

// Rounds in which every rung is measured for so long, and never fewer than usual; an even number,
// so that it goes back as often as forth. Pure.
LadderOptions ladder_for(Nanoseconds min_time);

// A rung whose task fails has no number, and the reason; the others go on. Returns early when asked
// to stop, with what was measured until then; a rung that was not says so.
std::vector<RungMeasured> climb(std::span<const Rung>, const LadderOptions&, const LoadWorld&);

// What each rung adds to the one that it contains, from the differences of the rounds that belong
// together: of their means, since a median would leave out what is rare and be told from nothing by
// its skew. Pure.
std::vector<LadderStepRecord> ladder_steps(std::span<const RungMeasured>);

}  // namespace jetmeter
