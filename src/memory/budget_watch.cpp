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

BudgetWatch::Event BudgetWatch::observe(Nanoseconds at, std::string_view phase,
                                        std::uint64_t footprint) {
  const bool near = static_cast<double>(footprint) > 0.9 * static_cast<double>(limit_);
  const bool over = footprint > limit_;
  if (over) {
    const bool began = !over_;
    if (began) violations_.push_back({at, at, std::string(phase), 0, 0});
    auto& violation = violations_.back();
    violation.ended = at;
    violation.peak_bytes = std::max(violation.peak_bytes, footprint);
    violation.over_bytes = violation.peak_bytes - limit_;
    over_ = was_near_ = true;
    return began ? Event::violation_began : Event::none;
  }
  over_ = false;
  if (!near || was_near_) return Event::none;
  was_near_ = true;
  return Event::near;
}

}  // namespace jetmeter
