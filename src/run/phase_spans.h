// When which phase of a slot ran, and its high-water mark. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/core.h"

namespace jetmeter {

struct PhaseSpan {
  std::string name;
  Nanoseconds from{0};                      // monotonic
  std::optional<Nanoseconds> to;            // absent while it runs
  std::optional<std::uint64_t> peak_bytes;  // of the phase, once it has ended
};

class PhaseSpans {
 public:
  // From `at` on this phase runs; empty: none. The one before it ended then, with this peak.
  void begin(std::string_view name, Nanoseconds at, std::optional<std::uint64_t> peak_before = {});
  // The phase that ran then: of a time before the first one the first, after the last one empty.
  std::string_view at(Nanoseconds) const;
  std::span<const PhaseSpan> ended() const;

 private:
  std::vector<PhaseSpan> spans_;  // none but the last one lacks its end
};

}  // namespace jetmeter
