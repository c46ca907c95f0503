#include "run/phase_spans.h"

#include <algorithm>
#include <ranges>

namespace jetmeter {

void PhaseSpans::begin(std::string_view name, Nanoseconds at,
                       std::optional<std::uint64_t> peak_before) {
  if (!spans_.empty() && !spans_.back().to) {
    auto& last = spans_.back();
    if (last.name == name) return;
    last.to = at;
    last.peak_bytes = peak_before;
  }
  if (!name.empty()) spans_.push_back({std::string(name), at, {}, {}});
}

std::string_view PhaseSpans::at(Nanoseconds at) const {
  if (spans_.empty()) return "";
  for (const auto& span : spans_ | std::views::reverse) {
    if (at < span.from) continue;
    return span.to && at >= *span.to ? std::string_view() : span.name;
  }
  return spans_.front().name;
}

std::span<const PhaseSpan> PhaseSpans::ended() const {
  const std::span all(spans_);
  return !all.empty() && !all.back().to ? all.first(all.size() - 1) : all;
}

}  // namespace jetmeter
