// Runs side by side: what differs in how they were made, and per metric how far apart they are and
// whether that can be believed. Pure over records and samples; reading run directories is at the
// end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/record.h"
#include "jetmeter/stats.h"

namespace jetmeter {

// Raw samples of a slot by metric ("latency_ms", "stages_ms.infer"), in the order of time. Each
// list has one entry per measured frame, not a number where the frame lacks it. Beside the metrics:
// "index" of the frame in its source, and "started_seconds" since the first frame's start.
using SlotSamples = std::map<std::string, std::vector<double>, std::less<>>;

// One side of a comparison.
struct ComparedRun {
  std::string name;  // as shown: the path or "A"
  Record record;
  std::map<std::string, SlotSamples, std::less<>> samples;  // by slot; empty without raw samples
  // By slot, when its first frame began, by the machine's monotonic clock.
  std::map<std::string, Nanoseconds, std::less<>> first_start{};
  // What is wrong with the raw samples, one sentence each.
  std::vector<std::string> complaints{};
  // By slot, why its samples are not those that the record was made of. They are left out, and what
  // would rest on them has no verdict.
  std::map<std::string, std::string, std::less<>> refuted{};
};
// Of all runs, each behind the run's name.
std::vector<std::string> complaints_of(std::span<const ComparedRun>);

// Something in how two runs were made. Blocking ones make the comparison meaningless: another
// board, power mode, precision, batch, input shape, scenario, memory architecture.
struct Difference {
  std::string what;                 // "power mode", "backend version", "--threads"
  std::vector<std::string> values;  // one per run; "-" where it is not known
  bool blocking = false;
};
// Only what differs. What one side does not know is shown and blocks nothing.
std::vector<Difference> differences(std::span<const ComparedRun>);

// Which way is better, and whether it can be a gate.
enum class Better { lower, higher };

struct MetricComparison {
  std::string slot, name;  // "rgb", "latency_ms.p50"
  Better better = Better::lower;
  std::optional<double> a, b;
  // b/a; absent without raw samples or rounds. Of times at least as wide as a step of the clock.
  std::optional<RatioInterval> ratio{};
  // What such a value moves by between runs that are alike, for the metrics of one value a side
  // that are judged all the same (accuracy, which is exact); absent for all others.
  std::optional<double> repeats_within{};
  Verdict verdict = Verdict::cannot_tell;
  std::string reason{};
  bool paired = false;  // frame by frame, or round by round
  // Something outside touched a tenth or more of one run's frames. What it did to the whole run is
  // in no interval, so there is no verdict, and no gate fails.
  bool disturbed = false;
};

struct CompareOptions {
  double least_difference = 0.01;
  double confidence = 0.99;  // of 100 comparisons of runs that are alike one may be wrong
  std::uint64_t seed = 1;
  bool force = false;  // in spite of blocking differences and disturbances
};

// The first run is the baseline; one comparison per other run.
struct Comparison {
  std::string a, b;         // names
  std::int64_t rounds = 0;  // pairs of runs; 0: one run a side
  std::vector<MetricComparison> metrics;
  bool in_turn = false;  // the runs of a pair at the same time, a few inferences of each
};
struct CompareResult {
  std::vector<Difference> differences;
  std::vector<Comparison> comparisons;
  std::vector<std::string> complaints{};  // of all runs, each behind the run's name
};
// Fails where there are fewer than two runs, no slot in common, or a blocking difference without
// `force`; the sentence names it.
Result<CompareResult> compare(std::span<const ComparedRun>, const CompareOptions&);

// A metric of one round: what both runs have of it, and b/a where both have something. The ratio is
// of neighbouring turns where the runs were measured in turn.
struct RoundMetric {
  std::string slot, name;
  Better better = Better::lower;
  std::optional<double> a, b;
  std::optional<double> ratio{};
  double clock_step_ms = 0;  // by which each of the two may be off; 0: not known
};
// What is left of one pair of runs of an interleaved measurement (ABBA), without their samples.
struct ComparedRound {
  std::string a, b;  // names
  bool in_turn = false;
  std::vector<RoundMetric> metrics{};
  std::vector<Difference> differences{};
};
// Fails as compare() does.
Result<ComparedRound> compare_round(const ComparedRun& a, const ComparedRun& b,
                                    const CompareOptions&);
// The metrics are those of the first round. Fails where there is none.
Result<Comparison> compare_rounds(std::span<const ComparedRound>, const CompareOptions&);
// Round i of both sides belongs together. Fails where one of them does.
Result<Comparison> compare_rounds(std::span<const ComparedRun> a, std::span<const ComparedRun> b,
                                  const CompareOptions&);

// A metric that got worse by more than `tolerance` (0.03), and surely so: its verdict is `slower`
// and its whole interval lies beyond; without an interval, its ratio lies beyond `repeats_within`
// as well. What cannot be told is none. `latency_ms.p50`,
// `throughput_fps` and `memory.peak_bytes` unless others are named, as "latency_ms.p99" or, of one
// slot, "rgb.latency_ms.p99".
std::span<const std::string_view> usual_gates();
bool is_gate_of(std::string_view gate, const MetricComparison&);
std::vector<MetricComparison> regressions(const Comparison&, double tolerance,
                                          std::span<const std::string> gated);

// A run directory or a report.json; samples from the frames.jsonl beside it. A file that is cut
// off gives the samples before; lines that are no frames, and samples that the record was not made
// of, are complained of.
Result<ComparedRun> read_compared_run(const std::filesystem::path&);

// As text with aligned columns, as Markdown, and as JSON (the keys of the design).
std::string to_text(const CompareResult&, bool color);
std::string to_markdown(const CompareResult&);
std::string to_json(const CompareResult&);

}  // namespace jetmeter
