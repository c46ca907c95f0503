// What the diagnosis says of one thing.
#pragma once

#include <string_view>

#include "jetmeter/doctor.h"

namespace jetmeter {

inline Finding finding(const DoctorFacts& facts, std::string_view code) {
  for (const auto& one : diagnose(facts))
    if (one.code == code) return one;
  return {Severity::unknown, "(none)", "no finding of this code", "", ""};
}

inline bool has_finding(const DoctorFacts& facts, std::string_view code) {
  return finding(facts, code).code == code;
}

}  // namespace jetmeter
