#include <fmt/format.h>

#include <cassert>
#include <cmath>
#include <string>
#include <utility>

#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

// A ratio may be called different only where an interval half as wide again does not hold 1. With
// a 95 % interval that is 2.9 standard errors: three false alarms in a thousand comparisons of a
// thing with itself, however noisy, where the interval alone would allow five in a hundred.
constexpr double kMargin = 1.5;

std::string percent(double ratio) {
  return fmt::format("{:.3g} %", 100 * ratio);
}

RatioVerdict cannot_tell(std::string reason) {
  return {Verdict::cannot_tell, std::move(reason)};
}

bool holds_one_when_widened(const RatioInterval& r) {
  if (r.mid > 1) return r.mid * std::pow(r.low / r.mid, kMargin) <= 1;
  return r.mid * std::pow(r.high / r.mid, kMargin) >= 1;
}

}  // namespace

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::faster: return "faster";
    case Verdict::slower: return "slower";
    case Verdict::same: return "same";
    case Verdict::cannot_tell: return "cannot tell";
  }
  return "cannot tell";
}

RatioVerdict judge(const std::optional<RatioInterval>& ratio, const VerdictOptions& options) {
  assert(options.least_difference >= 0 && options.least_difference < 1);
  if (!ratio) return cannot_tell("too few samples for an interval");
  if (!(ratio->low > 0 && ratio->low <= ratio->mid && ratio->mid <= ratio->high &&
        std::isfinite(ratio->high)))
    return cannot_tell("the ratio is not a positive number");
  const double above = 1 + options.least_difference, below = 1 - options.least_difference;
  const auto interval = fmt::format("the interval {:.3f} to {:.3f}", ratio->low, ratio->high);
  if (ratio->low >= below && ratio->high <= above)
    return {Verdict::same,
            interval + " lies within " + percent(options.least_difference) + " of 1"};
  const bool rises = ratio->low > above, falls = ratio->high < below;
  if (!rises && !falls)
    return cannot_tell(
        interval +
        (ratio->low <= 1 && ratio->high >= 1
             ? " holds 1 and more than " + percent(options.least_difference) + " beside it"
             : " reaches within " + percent(options.least_difference) + " of 1"));
  if (holds_one_when_widened(*ratio))
    return cannot_tell(interval + " misses 1 by less than half its own half-width");
  const bool slower = rises != options.higher_is_better;
  return {slower ? Verdict::slower : Verdict::faster, interval + " lies more than " +
                                                          percent(options.least_difference) +
                                                          (rises ? " above 1" : " below 1")};
}

}  // namespace jetmeter
