#include "jetmeter/stats.h"

namespace jetmeter {

std::string_view name(DriftVerdict verdict) {
  switch (verdict) {
    case DriftVerdict::none: return "none";
    case DriftVerdict::rising: return "rising";
    case DriftVerdict::falling: return "falling";
    case DriftVerdict::cannot_tell: return "cannot tell";
  }
  return "cannot tell";
}

std::string_view name(SteadyState::Verdict verdict) {
  switch (verdict) {
    case SteadyState::Verdict::steady: return "steady";
    case SteadyState::Verdict::settled_late: return "settled late";
    case SteadyState::Verdict::unsteady: return "unsteady";
    case SteadyState::Verdict::cannot_tell: return "cannot tell";
  }
  return "cannot tell";
}

}  // namespace jetmeter
