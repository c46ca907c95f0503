#include "compare/judged.h"

namespace jetmeter {

RatioOptions ratio_options(const CompareOptions& options) {
  RatioOptions out;
  out.seed = options.seed;
  out.confidence = options.confidence;
  return out;
}

void take_verdict(MetricComparison& row, const CompareOptions& options) {
  VerdictOptions how;
  how.least_difference = options.least_difference;
  how.higher_is_better = row.better == Better::higher;
  const auto judged = judge(row.ratio, how);
  row.verdict = judged.verdict;
  row.reason = judged.reason;
}

}  // namespace jetmeter
