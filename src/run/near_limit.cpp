#include "run/near_limit.h"

#include <fmt/format.h>

#include <utility>

#include "jetmeter/core.h"

namespace jetmeter {
namespace {

std::string how_near(const Budget& budget, std::uint64_t footprint,
                     std::optional<std::uint64_t> charged) {
  const auto limit = format_bytes(budget.limit_bytes);
  if (footprint <= budget.limit_bytes) return fmt::format("over 90 % of its limit of {}", limit);
  return fmt::format(
      "{} more than its limit of {}, as the footprint counts; the limit counts what is charged{}",
      format_bytes(footprint - budget.limit_bytes), limit,
      charged ? fmt::format(", {} at most so far", format_bytes(*charged)) : "");
}

}  // namespace

Warning near_limit_warning(const Budget& budget, std::string_view phase, std::uint64_t footprint,
                           std::optional<std::uint64_t> charged_peak, std::string slot) {
  const bool hard = budget.enforcement == Enforcement::hard;
  return {
      "memory_near_limit",
      fmt::format("the worker held {} in phase {}: {}", format_bytes(footprint), phase,
                  how_near(budget, footprint, charged_peak)),
      hard ? budget.mechanism + " enforces the limit, and does not count all of a footprint" : "",
      std::move(slot)};
}

}  // namespace jetmeter
