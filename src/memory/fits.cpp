#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "jetmeter/memory.h"

namespace jetmeter {
namespace {

constexpr double kUncertainty = 0.10;  // of a forecast

struct Bound {
  std::uint64_t bytes = 0;
  std::string_view what;
  std::uint64_t counted = 0;  // of the forecast: what this bound counts beyond doubt
  std::string doubt;          // why it may not count the rest; empty: it counts all
};

Bound bound_of(const Budget& limit, const Forecast& forecast) {
  Bound bound{limit.limit_bytes, "the limit", forecast.peak_bytes, ""};
  if (limit.enforcement != Enforcement::hard) return bound;
  const auto own = std::min(forecast.runtime_bytes, forecast.peak_bytes);
  bound.counted -= own;
  bound.doubt = fmt::format(
      "; of that the runtime's own {} are mostly pages of library files, which {} "
      "may not charge",
      format_bytes(own), limit.mechanism);
  return bound;
}

bool passes(std::uint64_t bytes, const Bound& bound) {
  const auto needed = static_cast<double>(bytes);
  return static_cast<double>(bound.bytes) - needed < -kUncertainty * needed;
}

FitVerdict judge(const Forecast& forecast, const Bound& bound) {
  const auto peak = forecast.peak_bytes;
  const auto left = static_cast<std::int64_t>(bound.bytes) - static_cast<std::int64_t>(peak);
  FitVerdict verdict;
  verdict.margin_bytes = left;
  verdict.reason = fmt::format("it needs about {}, and {} is {}", format_bytes(peak), bound.what,
                               format_bytes(bound.bytes));
  if (static_cast<double>(left) >= kUncertainty * static_cast<double>(peak))
    verdict.fit = MemoryFit::fits;
  else if (passes(bound.counted, bound))
    verdict.fit = MemoryFit::does_not_fit;
  else
    verdict.reason += passes(peak, bound) ? bound.doubt : ": closer than the forecast's 10 %";
  return verdict;
}

int badness(MemoryFit fit) {
  switch (fit) {
    case MemoryFit::fits: return 0;
    case MemoryFit::cannot_tell: return 1;
    case MemoryFit::does_not_fit: return 2;
  }
  return 0;
}

bool is_worse(const FitVerdict& one, const FitVerdict& other) {
  if (one.fit != other.fit) return badness(one.fit) > badness(other.fit);
  return one.margin_bytes < other.margin_bytes;
}

}  // namespace

std::string_view name(MemoryFit fit) {
  switch (fit) {
    case MemoryFit::fits: return "fits";
    case MemoryFit::does_not_fit: return "does not fit";
    case MemoryFit::cannot_tell: return "cannot tell";
  }
  return "";
}

FitVerdict fits(const std::optional<Forecast>& forecast, const std::optional<Budget>& limit,
                std::optional<PoolBytes> available) {
  if (!forecast) return {MemoryFit::cannot_tell, {}, "there is no forecast for this model"};
  std::optional<FitVerdict> verdict;
  if (limit) verdict = judge(*forecast, bound_of(*limit, *forecast));
  if (available) {
    auto by_pool = judge(
        *forecast, {available->bytes(), "the memory that is available", forecast->peak_bytes, ""});
    if (!verdict || is_worse(by_pool, *verdict)) verdict = std::move(by_pool);
  }
  if (verdict) return *std::move(verdict);
  return {MemoryFit::cannot_tell, {}, "neither a limit nor the memory that is available is known"};
}

}  // namespace jetmeter
