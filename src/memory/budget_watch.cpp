#include <algorithm>

#include "jetmeter/memory.h"

namespace jetmeter {

std::string_view name(Enforcement enforcement) {
  switch (enforcement) {
    case Enforcement::hard: return "hard";
    case Enforcement::soft: return "soft";
    case Enforcement::unavailable: return "unavailable";
  }
  return "";
}

std::optional<std::uint64_t> held_against(const Budget& budget, const Footprint& footprint,
                                          std::optional<std::uint64_t> charged_peak) {
  const auto total = footprint.total();
  if (!total) return std::nullopt;
  if (budget.enforcement != Enforcement::hard) return total->bytes();
  return std::min({footprint.pss->bytes(), budget.limit_bytes,
                   charged_peak.value_or(budget.limit_bytes)}) +
         (footprint.gpu ? footprint.gpu->bytes() : 0);
}

BudgetWatch::Event BudgetWatch::observe(Nanoseconds at, std::string_view phase,
                                        std::uint64_t footprint) {
  if (footprint <= limit_) return within(footprint);
  const auto before = violations_.size();
  auto& violation = raise(phase, footprint);
  violation.began = violation.read ? std::min(violation.began, at) : at;
  violation.ended = violation.read ? std::max(violation.ended, at) : at;
  violation.read = true;
  return violations_.size() > before ? Event::violation_began : Event::none;
}

BudgetWatch::Event BudgetWatch::observe(const PhaseMark& mark) {
  if (mark.bytes <= limit_) return within(mark.bytes);
  const auto before = violations_.size();
  auto& violation = raise(mark.phase, mark.bytes);
  if (!violation.read) {
    violation.began = mark.began;
    violation.ended = mark.ended;
  }
  return violations_.size() > before ? Event::violation_began : Event::none;
}

BudgetWatch::Event BudgetWatch::within(std::uint64_t footprint) {
  const bool near = static_cast<double>(footprint) > 0.9 * static_cast<double>(limit_);
  if (!near || was_near_) return Event::none;
  was_near_ = true;
  return Event::near;
}

Violation& BudgetWatch::raise(std::string_view phase, std::uint64_t peak) {
  was_near_ = true;
  auto found = std::ranges::find(violations_, phase, &Violation::phase);
  if (found == violations_.end()) {
    Violation violation;
    violation.phase = phase;
    found = violations_.insert(violations_.end(), std::move(violation));
  }
  found->peak_bytes = std::max(found->peak_bytes, peak);
  found->over_bytes = found->peak_bytes - limit_;
  return *found;
}

}  // namespace jetmeter
