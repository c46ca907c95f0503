#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "jetmeter/stats.h"
#include "stats/ascending_quantiles.h"

namespace jetmeter {
namespace {

// A window with what it takes to say how sure its numbers are.
struct Judged {
  Window window;
  std::optional<Interval> median_interval;
};

// How a window lies to the last one. `by_chance`: beyond the tolerance, though no further than
// the scatter of the samples explains.
enum class Agreement { agrees, by_chance, differs };
struct Finding {
  Agreement agreement = Agreement::agrees;
  std::string what;  // "the median of window 3 of 5 is 18 % above the last's"
};

std::span<const TimedValue> in_window(std::span<const TimedValue> samples, const Window& window,
                                      bool last) {
  const auto from =
      std::ranges::lower_bound(samples, window.from_seconds, {}, &TimedValue::seconds);
  const auto to =
      last ? samples.end()
           : std::ranges::lower_bound(samples, window.to_seconds, {}, &TimedValue::seconds);
  return {from, std::max(from, to)};
}

Judged judged(std::span<const TimedValue> samples, double from, double to, bool last) {
  Judged result{.window = {.from_seconds = from, .to_seconds = to}};
  const auto inside = in_window(samples, result.window, last);
  result.window.n = static_cast<std::int64_t>(inside.size());
  result.window.throughput = static_cast<double>(inside.size()) / (to - from);
  if (inside.empty()) return result;
  std::vector<double> values(inside.size());
  std::ranges::transform(inside, values.begin(), &TimedValue::value);
  const auto ranks = quantile_interval_ranks(result.window.n, 0.5, effective_n(values), 0.99);
  stats::AscendingQuantiles quantiles(std::move(values));
  const auto last_rank = static_cast<double>(result.window.n - 1);
  Interval interval;
  if (ranks) interval.low = quantiles.next((ranks->low - 1) / last_rank);
  result.window.median = quantiles.next(0.5);
  if (!ranks) return result;
  interval.high = quantiles.next(std::min(1.0, (ranks->high - 1) / last_rank));
  result.median_interval = interval;
  return result;
}

std::vector<Judged> cut(std::span<const TimedValue> samples, int windows) {
  std::vector<Judged> result;
  const double start = samples.front().seconds, run = samples.back().seconds - start;
  for (int i = 0; i < windows; ++i)
    result.push_back(judged(samples, start + run * i / windows, start + run * (i + 1) / windows,
                            i + 1 == windows));
  return result;
}

// Variance of a count of samples over the count itself: the squared scatter of the gaps between
// them, by the median so that one long pause is not taken for their habit. 0 for a metronome, 1.06
// for Poisson arrivals.
double dispersion(std::span<const TimedValue> samples) {
  std::vector<double> gaps(samples.size() - 1);
  for (std::size_t i = 0; i < gaps.size(); ++i)
    gaps[i] = samples[i + 1].seconds - samples[i].seconds;
  const double gap = stats::AscendingQuantiles(std::span<const double>(gaps)).next(0.5);
  if (!(gap > 0)) return 1;
  for (double& each : gaps) each = std::abs(each - gap);
  return std::pow(1.4826 * stats::AscendingQuantiles(std::move(gaps)).next(0.5) / gap, 2);
}

std::string apart(double value, double last) {
  if (!(last > 0) || !(value > 0))
    return fmt::format("is {:.3g} and the last's {:.3g}", value, last);
  return fmt::format("is {:.0f} % {} the last's", 100 * std::abs(value / last - 1),
                     value > last ? "above" : "below");
}

bool within(double a, double b, double tolerance) {
  const auto [low, high] = std::minmax(a, b);
  return low == high || (low > 0 && high / low - 1 <= tolerance);
}

class Comparer {
 public:
  Comparer(std::span<const Judged> windows, double dispersion, const SteadyOptions& options)
      : windows_(windows), dispersion_(dispersion), options_(options) {}

  Finding operator()(std::size_t i) const {
    auto throughput = of_throughput(i);
    auto median = of_median(i);
    return median.agreement >= throughput.agreement ? median : throughput;
  }

 private:
  const Judged& last() const { return windows_.back(); }
  std::string title(std::string_view what, std::size_t i) const {
    return fmt::format("the {} of window {} of {} ", what, i + 1, windows_.size());
  }

  Finding of_throughput(std::size_t i) const {
    const auto n = static_cast<double>(windows_[i].window.n);
    const auto of_last = static_cast<double>(last().window.n);
    if (within(n, of_last, options_.tolerance)) return {};
    // Three standard deviations, and a sample at either end that fell to the other side of it.
    const double chance = 2 + 3 * std::sqrt(dispersion_ * (n + of_last));
    return {std::abs(n - of_last) <= chance ? Agreement::by_chance : Agreement::differs,
            title("throughput", i) + apart(n, of_last)};
  }

  Finding of_median(std::size_t i) const {
    const auto& a = windows_[i];
    const auto& b = last();
    if (std::min(a.window.n, b.window.n) < options_.least_per_window) return {};
    if (within(*a.window.median, *b.window.median, options_.tolerance)) return {};
    const bool sure = a.median_interval && b.median_interval &&
                      (a.median_interval->high < b.median_interval->low ||
                       b.median_interval->high < a.median_interval->low);
    return {sure ? Agreement::differs : Agreement::by_chance,
            title("median", i) + apart(*a.window.median, *b.window.median)};
  }

  std::span<const Judged> windows_;
  double dispersion_;
  SteadyOptions options_;
};

void give(SteadyState& state, SteadyState::Verdict verdict, std::string reason) {
  state.verdict = verdict;
  state.reason = std::move(reason);
}

// A movement that no two windows show: each is within the tolerance of the last, all in one
// direction.
std::optional<std::string> creeping(std::span<const TimedValue> settled, double tolerance) {
  const Drift moving = drift(settled);
  if (moving.verdict != DriftVerdict::rising && moving.verdict != DriftVerdict::falling)
    return std::nullopt;
  if (std::abs(*moving.percent_over_run) <= 100 * tolerance / 2) return std::nullopt;
  return fmt::format("the samples {} by {:.1f} % in {:.3g} s",
                     moving.verdict == DriftVerdict::rising ? "rise" : "fall",
                     std::abs(*moving.percent_over_run),
                     settled.back().seconds - settled.front().seconds);
}

// `first` is the window from which all agree.
void judge_settled(SteadyState& state, std::span<const TimedValue> samples, std::size_t first,
                   const Finding& before, const SteadyOptions& options) {
  const auto& window = state.windows[first];
  const auto from =
      std::ranges::lower_bound(samples, window.from_seconds, {}, &TimedValue::seconds);
  if (const auto creeps = creeping({from, samples.end()}, options.tolerance))
    return give(state, SteadyState::Verdict::unsteady, *creeps);
  if (first == 0)
    return give(state, SteadyState::Verdict::steady,
                fmt::format("{} windows agree within {:.3g} %", state.windows.size(),
                            100 * options.tolerance));
  give(state, SteadyState::Verdict::settled_late, before.what);
  state.settled_seconds = window.from_seconds - samples.front().seconds;
}

void judge_windows(SteadyState& state, std::span<const TimedValue> samples,
                   std::span<const Judged> windows, const SteadyOptions& options) {
  const Comparer compare(windows, dispersion(samples), options);
  bool any_sure = false;
  std::optional<std::size_t> latest;  // that does not agree
  for (std::size_t i = 0; i + 1 < windows.size(); ++i) {
    const auto agreement = compare(i).agreement;
    any_sure |= agreement == Agreement::differs;
    if (agreement != Agreement::agrees) latest = i;
  }
  if (!latest) return judge_settled(state, samples, 0, {}, options);
  const Finding finding = compare(*latest);
  // A window that holds the end of what differed before is in doubt by itself; not after that.
  if (!any_sure)
    return give(state, SteadyState::Verdict::cannot_tell,
                finding.what + ", which the scatter alone could explain");
  if (*latest + 2 == windows.size())
    return give(state, SteadyState::Verdict::unsteady, finding.what);
  judge_settled(state, samples, *latest + 1, finding, options);
}

}  // namespace

SteadyState steady_state(std::span<const TimedValue> in_time_order, const SteadyOptions& options) {
  assert(options.windows > 1 && options.least_per_window > 0 && options.tolerance > 0);
  SteadyState state;
  const auto n = static_cast<std::int64_t>(in_time_order.size());
  const auto needed = options.windows * options.least_per_window;
  if (n == 0 || !(in_time_order.back().seconds > in_time_order.front().seconds)) {
    give(state, SteadyState::Verdict::cannot_tell, "no time passed between the samples");
    return state;
  }
  const auto windows = cut(in_time_order, options.windows);
  for (const auto& each : windows) state.windows.push_back(each.window);
  if (n < needed)
    give(state, SteadyState::Verdict::cannot_tell,
         fmt::format("{} samples are too few for {} windows of {}", n, options.windows,
                     options.least_per_window));
  else
    judge_windows(state, in_time_order, windows, options);
  return state;
}

}  // namespace jetmeter
