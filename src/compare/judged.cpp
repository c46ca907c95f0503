#include "compare/judged.h"

#include <fmt/format.h>

#include "compare/clock_step.h"

namespace jetmeter {

RatioOptions ratio_options(const CompareOptions& options) {
  RatioOptions out;
  out.seed = options.seed;
  out.confidence = options.confidence;
  return out;
}

void take_verdict(MetricComparison& row, double clock_step_ms, const CompareOptions& options) {
  const bool widened = widen_by_clock_step(row, clock_step_ms);
  if (!row.ratio) return;
  VerdictOptions how;
  how.least_difference = options.least_difference;
  how.higher_is_better = row.better == Better::higher;
  const auto judged = judge(row.ratio, how);
  row.verdict = judged.verdict;
  row.reason = judged.reason;
  if (widened && row.verdict == Verdict::cannot_tell)
    row.reason += fmt::format("; a step of the clock, {:.4g} ns, is in it", 1e6 * clock_step_ms);
}

}  // namespace jetmeter
