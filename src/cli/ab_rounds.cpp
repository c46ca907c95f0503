#include "cli/ab_rounds.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace jetmeter {

Result<void> AbRounds::add(int number, ComparedRun a, ComparedRun b) {
  auto round = compare_round(a, b, options_);
  if (!round) return tl::make_unexpected(round.error());
  for (const auto* run : {&a, &b})
    for (auto& complaint : complaints_of({run, 1})) complaints_.push_back(std::move(complaint));
  list_differences(number, round->differences);
  round->differences.clear();
  rounds_.push_back(std::move(*round));
  tell_what_changed(number, std::move(a));
  return {};
}

void AbRounds::list_differences(int number, const std::vector<Difference>& found) {
  for (const auto& difference : found) {
    if (!listed_.insert(difference.what).second) continue;
    differences_.push_back(difference);
    if (!rounds_.empty()) differences_.back().what += fmt::format(" (round {})", number);
  }
}

// Both sides of a round may be alike and yet not as they were before.
void AbRounds::tell_what_changed(int number, ComparedRun a) {
  a.samples.clear();
  if (before_) {
    const std::array<ComparedRun, 2> then_and_now{std::move(*before_), a};
    for (const auto& change : differences(then_and_now))
      if (change.blocking)
        complaints_.push_back(fmt::format("round {}: {} is {} and was {} in the round before",
                                          number, change.what, change.values[1], change.values[0]));
  }
  before_ = std::move(a);
}

Result<CompareResult> AbRounds::compared() const {
  auto comparison = compare_rounds(rounds_, options_);
  if (!comparison) return tl::make_unexpected(comparison.error());
  return CompareResult{differences_, {std::move(*comparison)}, complaints_};
}

}  // namespace jetmeter
