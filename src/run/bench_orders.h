// What supervisor and worker tell each other about a load, and its JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/record.h"
#include "jetmeter/run.h"

namespace jetmeter {

// One rung of the ladder as it was measured: rounds of all rungs in turn, forth and back.
struct RungMeasured {
  std::string name, what;
  std::string reason;                // why it was not measured
  std::string adds_to;               // the rung that it contains; empty: the one before
  std::vector<double> round_ms;      // per inference, one per round: the mean
  std::vector<double> latencies_ms;  // where every inference is timed
};

// Worker to supervisor, again and again: what is known by now, so that the last one counts. `load`
// lacks what the samples tell.
struct BenchReport {
  LoadRecord load;
  std::vector<RungMeasured> rungs;
  std::vector<LayerTime> layers;       // in the order of execution; empty: not profiled
  std::vector<std::string> notes;      // for the warnings: what could not be done, and why
  std::vector<std::string> unwritten;  // files that a person asked for and does not have, and why
};

std::string to_json(const BenchSpec&);
BenchSpec bench_spec_from_json(std::string_view);
std::string to_json(const BenchReport&);
BenchReport bench_report_from_json(std::string_view);

}  // namespace jetmeter
