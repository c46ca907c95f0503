// What is compared, and where it stands in a record and in the samples.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "jetmeter/compare.h"

namespace jetmeter {

// What can be said of a metric from one run a side.
enum class Evidence {
  quantile,    // of the samples `from`
  mean,        // of the samples `from`
  throughput,  // from when frames began
  repeats,     // one value, which hardly moves between runs that are alike
  one_value,   // one value, of which nobody knows how it moves
};

struct Metric {
  std::string name;  // "latency_ms.p99"
  Better better = Better::lower;
  Evidence evidence = Evidence::one_value;
  std::string from{};  // key of SlotSamples
  double q = 0.5;
  double repeats_within = 0;
};

// One slot of a run, with its samples where there are any.
struct ComparedSlot {
  ComparedSlot(const SlotRecord&, const SlotSamples*,
               std::optional<Nanoseconds> first_start = std::nullopt);

  const SlotRecord* record;
  const SlotSamples* samples;                             // null: none
  std::optional<Nanoseconds> first_start;                 // of its first frame
  std::map<std::string, Summary, std::less<>> summaries;  // of the samples, by key
};

// Everything that one of the two has, in the order of a table: the headline first.
std::vector<Metric> metrics_of(const ComparedSlot& a, const ComparedSlot& b);

// The raw samples of a key, those that are not numbers dropped. Empty: none.
std::vector<double> samples_of(const ComparedSlot&, std::string_view key);
// Seconds between the starts of consecutive frames.
std::vector<double> gaps_of(const ComparedSlot&);

// b/a of a round whose runs were measured in turn, from neighbouring turns. Absent where they were
// not, and for what is no matter of a turn's few frames.
std::optional<double> ratio_in_turn(const Metric&, const ComparedSlot& a, const ComparedSlot& b);

// The metric of one run: from its samples, or as the record has it.
std::optional<double> value_of(const Metric&, const ComparedSlot&);

}  // namespace jetmeter
