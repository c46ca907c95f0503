// The words and numbers of a comparison's tables, the same in every format.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/compare.h"

namespace jetmeter {

// "a", "b", …; the baseline is a.
std::string letter(std::size_t run);

// One line: control characters, among them the start of escape sequences, are spaces.
std::string flat_line(std::string_view);

// "16.31", "210 MiB" where the metric is in bytes; "-" where it is absent.
std::string value_text(const MetricComparison&, const std::optional<double>&);
// "0.932"; "-" without both values or, beside ratios of rounds, without one of its own.
std::string ratio_text(const Comparison&, const MetricComparison&);
std::string interval_text(const MetricComparison&);  // "0.921 .. 0.944"; "-"
// "faster"; "better" and "worse" for what is no speed; "cannot tell: one value a side".
std::string verdict_text(const MetricComparison&);
// b/a, from the interval or from both values.
std::optional<double> ratio_mid(const MetricComparison&);

// The runs in order: the baseline, then the others.
std::vector<std::string> run_names(const CompareResult&);
// What a reader must know of how the intervals came about; one sentence each.
std::vector<std::string> notes(const Comparison&);
// "b/a"; "b/a by round" where the column is not that of its two neighbours. `number` is that of b.
std::string ratio_heading(const Comparison&, std::size_t number);
// "95 % interval"
std::string interval_heading(const Comparison&);

}  // namespace jetmeter
