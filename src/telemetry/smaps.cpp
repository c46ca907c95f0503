#include "telemetry/smaps.h"

#include <algorithm>
#include <limits>

#include "telemetry/text.h"

namespace jetmeter {
namespace {

void add_to(std::optional<std::uint64_t>& sum, std::optional<std::uint64_t> bytes) {
  if (!bytes) return;
  const auto so_far = sum.value_or(0);
  sum = so_far + std::min(*bytes, std::numeric_limits<std::uint64_t>::max() - so_far);
}

}  // namespace

void SmapsSums::add(std::string_view piece) {
  while (!piece.empty()) {
    const auto end = piece.find('\n');
    const auto part = piece.substr(0, end);
    length_ += part.copy(line_.data() + length_, line_.size() - length_);
    if (end == piece.npos) return;
    end_line();
    piece.remove_prefix(end + 1);
  }
}

void SmapsSums::end_line() {
  const std::string_view line(line_.data(), length_);
  add_to(pss_, meminfo_bytes(line, "Pss"));
  add_to(rss_, meminfo_bytes(line, "Rss"));
  length_ = 0;
}

}  // namespace jetmeter
