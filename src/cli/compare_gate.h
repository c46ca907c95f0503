// What makes a comparison fail, for scripts. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/compare.h"

namespace jetmeter {

// "3%" and "0.03" are 0.03. Fails on what is not between nothing and all of it, with an example.
Result<double> parse_share(std::string_view option, std::string_view text,
                           std::string_view example = "3% or 0.03");

struct Gate {
  double tolerance = 0;              // 0.03
  std::vector<std::string> metrics;  // empty: the usual ones
};
struct GateOutcome {
  std::vector<std::string> failures;  // one sentence each
  // Gated metrics that neither surely got worse nor are known to be within the tolerance.
  std::vector<std::string> untold;
  int held = 0;  // that are: also the worst end of their interval
};
// Fails where a metric is named that no comparison has.
Result<GateOutcome> apply_gate(const CompareResult&, const Gate&);

}  // namespace jetmeter
