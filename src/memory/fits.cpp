#include <fmt/format.h>

#include "jetmeter/memory.h"

namespace jetmeter {
namespace {

constexpr double kUncertainty = 0.10;  // of a forecast

struct Bound {
  std::uint64_t bytes = 0;
  std::string_view what;
};

std::int64_t margin(const Bound& bound, std::uint64_t peak) {
  return static_cast<std::int64_t>(bound.bytes) - static_cast<std::int64_t>(peak);
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

FitVerdict fits(const std::optional<Forecast>& forecast, std::optional<std::uint64_t> limit,
                std::optional<PoolBytes> available) {
  if (!forecast) return {MemoryFit::cannot_tell, {}, "there is no forecast for this model"};
  if (!limit && !available)
    return {
        MemoryFit::cannot_tell, {}, "neither a limit nor the memory that is available is known"};
  Bound bound;
  if (limit) bound = {*limit, "the limit"};
  if (available && (!limit || available->bytes() < *limit))
    bound = {available->bytes(), "the memory that is available"};
  FitVerdict verdict;
  const auto left = margin(bound, forecast->peak_bytes);
  verdict.margin_bytes = left;
  const double doubt = kUncertainty * static_cast<double>(forecast->peak_bytes);
  const auto numbers =
      fmt::format("it needs about {}, and {} is {}", format_bytes(forecast->peak_bytes), bound.what,
                  format_bytes(bound.bytes));
  if (static_cast<double>(left) >= doubt) {
    verdict.fit = MemoryFit::fits;
    verdict.reason = numbers;
  } else if (static_cast<double>(left) < -doubt) {
    verdict.fit = MemoryFit::does_not_fit;
    verdict.reason = numbers;
  } else {
    verdict.fit = MemoryFit::cannot_tell;
    verdict.reason = numbers + ": closer than the forecast's 10 %";
  }
  return verdict;
}

}  // namespace jetmeter
