#include <fmt/format.h>

#include <algorithm>

#include "jetmeter/verify.h"

namespace jetmeter {

NameMatch match_by_name(std::span<const TensorSpec> a, std::span<const TensorSpec> b,
                        std::string_view what) {
  NameMatch match;
  std::vector<std::size_t> left_a, left_b;
  std::vector<bool> taken(b.size(), false);
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto found = std::ranges::find(b, a[i].name, &TensorSpec::name);
    const auto place = static_cast<std::size_t>(found - b.begin());
    if (found == b.end() || taken[place]) {
      left_a.push_back(i);
      continue;
    }
    taken[place] = true;
    match.pairs.emplace_back(i, place);
  }
  for (std::size_t i = 0; i < b.size(); ++i)
    if (!taken[i]) left_b.push_back(i);
  for (std::size_t k = 0; k < std::min(left_a.size(), left_b.size()); ++k) {
    match.pairs.emplace_back(left_a[k], left_b[k]);
    match.notes.push_back(fmt::format("{} {} of A is compared with {} of B, by their place", what,
                                      in_quotes(a[left_a[k]].name), in_quotes(b[left_b[k]].name)));
  }
  const auto alone = [&](const auto& left, auto specs, std::size_t from, std::string_view side,
                         std::string_view other) {
    for (std::size_t k = from; k < left.size(); ++k)
      match.notes.push_back(fmt::format("{} {} of {} has no counterpart in {}", what,
                                        in_quotes(specs[left[k]].name), side, other));
  };
  alone(left_a, a, left_b.size(), "A", "B");
  alone(left_b, b, left_a.size(), "B", "A");
  std::ranges::sort(match.pairs);
  return match;
}

}  // namespace jetmeter
