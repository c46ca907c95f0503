#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "jetmeter/load.h"
#include "load/checks.h"

namespace jetmeter {
namespace {

Result<void> check_options(const RateSearchOptions& options) {
  const double lowest = options.lowest_per_second, highest = options.highest_per_second;
  if (!(lowest >= kLowestRate && highest <= kHighestRate && lowest <= highest))
    return fail(
        fmt::format("rates from {} to {} per second cannot be searched; give two from {} "
                    "to {:.0f}, the lower one first",
                    lowest, highest, kLowestRate, kHighestRate));
  if (!(options.start_per_second >= lowest && options.start_per_second <= highest))
    return fail(fmt::format("a search cannot start at {} per second; give a rate from {} to {}",
                            options.start_per_second, lowest, highest));
  if (!(options.precision > 0 && std::isfinite(options.precision)))
    return fail(fmt::format("a precision of {} cannot be reached; give one above 0, such as 0.02",
                            options.precision));
  if (options.max_trials < 1)
    return fail(fmt::format("{} trials find nothing; allow at least 1", options.max_trials));
  if (options.max_time < Nanoseconds{0})
    return fail(fmt::format("a search cannot last {}", format_duration(options.max_time)));
  return {};
}

// The search as it stands: `low` held, `high` failed, and the answer lies between them.
class Bisection {
 public:
  explicit Bisection(const RateSearchOptions& options) : options_(options) {}

  // The rate to try next; absent when the answer is known.
  std::optional<double> next() const {
    if (!low_ && !high_) return options_.start_per_second;
    if (!low_) {
      if (no_rate_holds_ || *high_ <= options_.lowest_per_second) return std::nullopt;
      return std::max(options_.lowest_per_second, *high_ / 2);
    }
    if (!high_ && *low_ < options_.highest_per_second)
      return std::min(options_.highest_per_second, *low_ * 2);
    if (!near_enough()) return std::sqrt(*low_ * *high_);
    if (options_.confirm && !confirmed_) return low_;
    return std::nullopt;
  }

  void learn(const RateTrial& trial) {
    trials_.push_back(trial);
    const double rate = trial.per_second;
    if (trial.holds) {
      confirmed_ = low_ == rate;
      low_ = rate;
      return;
    }
    high_ = rate;
    no_rate_holds_ = no_rate_holds_ || trial.at_any_rate;
    if (low_ && *low_ >= rate) {
      low_ = highest_held_below(rate);
      confirmed_ = false;
    }
  }

  bool near_enough() const { return low_ && (!high_ || *high_ / *low_ - 1 <= options_.precision); }
  std::optional<double> low() const { return low_; }
  std::optional<double> high() const { return high_; }
  bool confirmed() const { return confirmed_; }
  bool no_rate_holds() const { return !low_ && no_rate_holds_; }
  const std::vector<RateTrial>& trials() const { return trials_; }

 private:
  std::optional<double> highest_held_below(double rate) const {
    std::optional<double> best;
    for (const auto& trial : trials_)
      if (trial.holds && trial.per_second < rate)
        best = std::max(best.value_or(0), trial.per_second);
    return best;
  }

  const RateSearchOptions& options_;
  std::optional<double> low_, high_;
  bool confirmed_ = false;
  bool no_rate_holds_ = false;  // as a trial said
  std::vector<RateTrial> trials_;
};

std::string rate_text(double per_second) {
  return fmt::format("{:.4g} per second", per_second);
}

std::string reason_at(const std::vector<RateTrial>& trials, double per_second) {
  for (auto trial = trials.rbegin(); trial != trials.rend(); ++trial)
    if (trial->per_second == per_second && !trial->holds) return trial->reason;
  return {};
}

// Where a rate failed although one as high or higher had held; empty when none did.
std::string contradiction(const std::vector<RateTrial>& trials) {
  double highest_held = 0;
  for (const auto& trial : trials) {
    if (trial.holds)
      highest_held = std::max(highest_held, trial.per_second);
    else if (trial.per_second == highest_held)
      return fmt::format("{} failed after it had held", rate_text(trial.per_second));
    else if (trial.per_second < highest_held)
      return fmt::format("{} failed after {} had held", rate_text(trial.per_second),
                         rate_text(highest_held));
  }
  return {};
}

std::string answer(const RateSearchOptions& options, const Bisection& search) {
  const auto low = search.low(), high = search.high();
  if (!low && !high) return "no rate was tried";
  if (search.no_rate_holds())
    return fmt::format("no rate holds: at {}, {}", rate_text(*high),
                       reason_at(search.trials(), *high));
  if (!low) {
    const bool lowest = *high <= options.lowest_per_second;
    return fmt::format("not even {}{} holds: {}", rate_text(*high),
                       lowest ? ", the lowest rate that is tried," : "",
                       reason_at(search.trials(), *high));
  }
  auto text = fmt::format("{} is the highest rate that holds", rate_text(*low));
  if (!high && *low >= options.highest_per_second)
    text = fmt::format("{} holds, and nothing higher is tried", rate_text(*low));
  else if (!high)
    text = fmt::format("{} holds, and nothing higher was tried", rate_text(*low));
  else
    text += fmt::format("; {} does not: {}", rate_text(*high), reason_at(search.trials(), *high));
  if (options.confirm && !search.confirmed()) text += "; it was not confirmed by a second trial";
  return text;
}

std::string verdict(const RateSearchOptions& options, const Bisection& search, bool late,
                    const std::optional<Error>& error) {
  auto text = answer(options, search);
  if (error) {
    text += fmt::format("; the search ended because a trial could not be made: {}", error->what);
  } else if (search.next()) {
    text += late ? fmt::format("; the search ended after the {} that it was allowed",
                               format_duration(options.max_time))
                 : fmt::format("; the search ended after the {} trials that it was allowed",
                               search.trials().size());
    if (search.low() && search.high())
      text += fmt::format(", {:.2g} % apart instead of {:.2g} %",
                          100 * (*search.high() / *search.low() - 1), 100 * options.precision);
  }
  const auto noise = contradiction(search.trials());
  if (!noise.empty()) text += "; the trials contradict one another: " + noise;
  return text;
}

}  // namespace

Result<RateSearch> find_rate(const RateSearchOptions& options,
                             const std::function<Result<RateTrial>(double per_second)>& trial) {
  const auto good = check_options(options);
  if (!good) return tl::make_unexpected(good.error());
  Bisection search(options);
  RateSearch found;
  const auto begin = options.clock->monotonic();
  const auto is_late = [&] {
    return options.max_time > Nanoseconds{0} &&
           options.clock->monotonic() - begin >= options.max_time;
  };
  bool late = false;
  for (int made = 0; made < options.max_trials; ++made) {
    const auto rate = search.next();
    late = made > 0 && is_late();
    if (!rate || late) break;
    auto result = trial(*rate);
    if (!result) {
      found.error = std::move(result.error());
      break;
    }
    result->per_second = *rate;
    search.learn(*result);
  }
  found.per_second = search.low();
  found.trials = search.trials();
  found.verdict = verdict(options, search, late, found.error);
  return found;
}

}  // namespace jetmeter
