#include <fmt/format.h>

#include "jetmeter/verify.h"

namespace jetmeter {
namespace {

bool both_zero(const ValueDifference& difference) {
  return !difference.cosine && difference.compared > 0 && difference.max_reference == 0 &&
         difference.max_error == 0;
}

}  // namespace

std::optional<std::string> beyond_limits(const ValueDifference& difference,
                                         const VerifyLimits& limits) {
  if (!difference.mismatch.empty()) return difference.mismatch;
  if (difference.newly_not_finite > 0)
    return fmt::format("{} of {} values are NaN or infinite, {} in the reference",
                       difference.not_finite_b, difference.n, difference.not_finite_a);
  if (difference.compared == 0)
    return difference.n == 0 ? std::nullopt
                             : std::optional<std::string>("no value is finite on both sides");
  if (both_zero(difference)) return std::nullopt;
  if (limits.min_cosine && !difference.cosine) return "one side is all zero";
  if (limits.min_cosine && *difference.cosine < *limits.min_cosine)
    return fmt::format("cosine {:.6f} is below {:g}", *difference.cosine, *limits.min_cosine);
  if (limits.max_error && difference.max_error > *limits.max_error)
    return fmt::format("an error of {:.4g} is above {:g}", difference.max_error, *limits.max_error);
  if (limits.max_relative_l2 && difference.relative_l2.value_or(0) > *limits.max_relative_l2)
    return fmt::format("relative L2 {:.4g} is above {:g}", *difference.relative_l2,
                       *limits.max_relative_l2);
  if (limits.max_p99_error && difference.p99_error > *limits.max_p99_error)
    return fmt::format("a p99 error of {:.4g} is above {:g}", difference.p99_error,
                       *limits.max_p99_error);
  return std::nullopt;
}

}  // namespace jetmeter
