#include "run/ladder.h"

#include <algorithm>

namespace jetmeter {
namespace {

double milliseconds(Nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

bool asked_to_stop(const LoadWorld& world) {
  return world.stop && world.stop->load(std::memory_order_relaxed);
}

struct Climber {
  const Rung& rung;
  RungMeasured measured;
  std::int64_t count = 0;  // inferences in a round
};

Result<Nanoseconds> run_once(Task& task, const Clock& clock) {
  StageTimes stages;
  const auto begin = clock.monotonic();
  if (auto done = task.run(stages); !done) return tl::make_unexpected(done.error());
  return clock.monotonic() - begin;
}

// The second run of a task tells how many fill a round: the first one may still allocate.
Result<void> settle(Climber& climber, const LadderOptions& options, const Clock& clock) {
  auto took = run_once(*climber.rung.task, clock);
  if (took) took = run_once(*climber.rung.task, clock);
  if (!took) return tl::make_unexpected(took.error());
  const auto fitting = options.round_time / std::max(*took, Nanoseconds(1));
  climber.count = std::max<std::int64_t>(options.least_count, fitting);
  return {};
}

// Asked to stop, it ends after an inference, and what it has is the round.
Result<void> run_round(Climber& climber, const LoadWorld& world) {
  const auto& clock = *world.clock;
  StageTimes stages;
  auto& latencies = climber.measured.latencies_ms;
  if (const auto wanted = latencies.size() + static_cast<std::size_t>(climber.count);
      climber.rung.one_by_one && wanted > latencies.capacity())
    latencies.reserve(2 * wanted);
  const auto begin = clock.monotonic();
  auto before = begin;
  std::int64_t count = 0;
  while (count < climber.count && (count == 0 || !asked_to_stop(world))) {
    if (auto done = climber.rung.task->run(stages); !done) return done;
    ++count;
    if (!climber.rung.one_by_one) continue;
    const auto now = clock.monotonic();
    latencies.push_back(milliseconds(now - before));
    before = now;
  }
  climber.measured.round_ms.push_back(milliseconds(clock.monotonic() - begin) /
                                      static_cast<double>(count));
  return {};
}

void give_up(Climber& climber, const Error& error) {
  climber.measured.reason = error.what;
  climber.measured.round_ms.clear();
  climber.measured.latencies_ms.clear();
}

bool runs(const Climber& climber) {
  return climber.rung.task && climber.measured.reason.empty();
}

void settle_all(std::vector<Climber>& climbers, const LadderOptions& options,
                const LoadWorld& world) {
  for (auto& climber : climbers) {
    if (!runs(climber) || asked_to_stop(world)) continue;
    if (auto settled = settle(climber, options, *world.clock); !settled)
      give_up(climber, settled.error());
  }
}

void run_round_of_all(std::vector<Climber>& climbers, bool forth, const LoadWorld& world) {
  const auto count = climbers.size();
  for (std::size_t i = 0; i < count; ++i) {
    auto& climber = climbers[forth ? i : count - 1 - i];
    if (!runs(climber) || asked_to_stop(world)) continue;
    if (auto done = run_round(climber, world); !done) give_up(climber, done.error());
  }
}

std::optional<double> round_within_percent(const RungMeasured& rung) {
  auto rounds = rung.round_ms;
  const double independent = effective_n(rounds);
  std::ranges::sort(rounds);
  const auto interval = quantile_interval(rounds, 0.5, independent);
  const double median = quantile(rounds, 0.5);
  if (!interval || median <= 0) return std::nullopt;
  return 100 * (interval->high - interval->low) / 2 / median;
}

bool known(const Climber& climber, double percent) {
  if (!runs(climber)) return true;
  if (climber.measured.round_ms.empty()) return false;
  const auto within = round_within_percent(climber.measured);
  return within && *within <= percent;
}

// Whether another pair of rounds is to follow for the precision that was asked for.
bool goes_on(const std::vector<Climber>& climbers, const LadderOptions& options,
             Nanoseconds spent) {
  if (!options.median_within_percent || spent >= options.max_time) return false;
  const double percent = *options.median_within_percent;
  return !std::ranges::all_of(climbers, [&](const auto& c) { return known(c, percent); });
}

}  // namespace

LadderOptions ladder_for(const StopRules& rules) {
  constexpr std::int64_t kMostRounds = 100'000;
  LadderOptions options;
  const auto needed = (rules.min_time + options.round_time - Nanoseconds(1)) / options.round_time;
  const auto even = std::min<std::int64_t>(needed, kMostRounds) + 1;
  options.rounds = std::max(options.rounds, static_cast<int>(even / 2 * 2));
  options.median_within_percent = rules.median_within_percent;
  options.max_time = rules.max_time;
  return options;
}

std::optional<double> median_within_percent(std::span<const RungMeasured> rungs) {
  std::optional<double> widest;
  for (const auto& rung : rungs) {
    if (rung.round_ms.empty()) continue;
    const auto within = round_within_percent(rung);
    if (!within) return std::nullopt;
    widest = std::max(widest.value_or(0), *within);
  }
  return widest;
}

std::vector<RungMeasured> climb(std::span<const Rung> rungs, const LadderOptions& options,
                                const LoadWorld& world) {
  std::vector<Climber> climbers;
  for (const auto& rung : rungs)
    climbers.push_back({rung, {rung.name, rung.what, rung.reason, rung.adds_to, {}, {}}});
  const auto began = world.clock->monotonic();
  settle_all(climbers, options, world);
  int round = 0;
  const auto run_rounds = [&](int until) {
    for (; round < until && !asked_to_stop(world); ++round)
      run_round_of_all(climbers, round % 2 == 0, world);
  };
  run_rounds(options.rounds);
  while (!asked_to_stop(world) && goes_on(climbers, options, world.clock->monotonic() - began))
    run_rounds(round + 2);
  for (auto& climber : climbers)
    if (runs(climber) && climber.measured.round_ms.empty())
      climber.measured.reason = "the run was interrupted before it was measured";
  std::vector<RungMeasured> measured;
  for (auto& climber : climbers) measured.push_back(std::move(climber.measured));
  return measured;
}

namespace {

double median(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  return quantile(sorted, 0.5);
}

void add_difference(LadderStepRecord& step, std::span<const double> before,
                    std::span<const double> now) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < std::min(before.size(), now.size()); ++i)
    differences.push_back(now[i] - before[i]);
  if (differences.empty()) return;
  step.added_ms = median(differences);
  constexpr std::size_t kLeastRounds = 4;
  if (differences.size() < kLeastRounds) return;
  if (const auto interval = bootstrap_interval(differences, median)) {
    step.added_low_ms = interval->low;
    step.added_high_ms = interval->high;
  }
}

// Null: nothing was measured that the rung could be held against.
const RungMeasured* base_of(const RungMeasured& rung, std::span<const RungMeasured> before) {
  const RungMeasured* base = nullptr;
  for (const auto& other : before)
    if (!other.round_ms.empty() && (rung.adds_to.empty() || other.name == rung.adds_to))
      base = &other;
  return base;
}

}  // namespace

std::vector<LadderStepRecord> ladder_steps(std::span<const RungMeasured> rungs) {
  std::vector<LadderStepRecord> steps;
  for (std::size_t i = 0; i < rungs.size(); ++i) {
    const auto& rung = rungs[i];
    auto& step = steps.emplace_back();
    step.name = rung.name;
    step.what = rung.what;
    step.reason = rung.reason;
    step.latency_ms = summarise(rung.latencies_ms);
    if (rung.round_ms.empty()) continue;
    step.ms = median(rung.round_ms);
    if (*step.ms > 0) step.per_second = 1000.0 / *step.ms;
    if (const auto* base = base_of(rung, rungs.first(i)))
      add_difference(step, base->round_ms, rung.round_ms);
  }
  return steps;
}

}  // namespace jetmeter
