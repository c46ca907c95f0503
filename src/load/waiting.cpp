#include "load/waiting.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/prctl.h>
#include <time.h>

#include <algorithm>
#include <thread>

namespace jetmeter {
namespace {

constexpr std::int64_t kLeastMargin = 5'000;
constexpr std::int64_t kMostMargin = 250'000;  // at 30 per second 0.75 % of a core
// Who sleeps gives the core away, and on a busy machine gets it back a slice of the scheduler later
// (milliseconds). At rates with gaps this short the margin alone would spin most of the time.
constexpr std::int64_t kWorthSleeping = 1'000'000;
constexpr std::int64_t kLongestSleep = 20'000'000;  // then the caller looks whether to stop
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

void sleep_until(std::int64_t ns) {
  const timespec at{ns / kNanosecondsPerSecond, ns % kNanosecondsPerSecond};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr);  // a signal ends it: good
}

}  // namespace

// Twice the lateness: up at once, down by a sixteenth of the way, because being late costs a
// sample and being early a few microseconds of a core.
void WakeMargin::woke_late_by(std::int64_t late_ns) {
  const auto wanted = std::clamp(2 * late_ns, kLeastMargin, kMostMargin);
  if (wanted > margin_ns_)
    margin_ns_ = wanted;
  else
    margin_ns_ -= (margin_ns_ - wanted) / 16;
}

void PreciseWaiter::wait_until(const Clock& clock, Nanoseconds until) {
  const auto now = clock.monotonic().count();
  const auto target = until.count() - (spin_ ? margin_.ns() : 0);
  const bool short_wait = spin_ && until.count() - now < kWorthSleeping;
  if (now < target && !short_wait) {
    sleep_until(std::min(target, now + kLongestSleep));
    if (now + kLongestSleep < target) return;
    if (spin_) margin_.woke_late_by(clock.monotonic().count() - target);
  }
  while (spin_ && clock.monotonic() < until) {
  }
}

ExactTimers::ExactTimers() : before_ns_(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0)) {
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
}

ExactTimers::~ExactTimers() {
  if (before_ns_ > 0) prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(before_ns_), 0, 0, 0);
}

int usable_cores() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (sched_getaffinity(0, sizeof cores, &cores) == 0) return CPU_COUNT(&cores);
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

WaitPlan plan_waiting(int lanes, int cores) {
  const auto who = fmt::format("{} core{} for {} lane{}", cores, cores == 1 ? "" : "s", lanes,
                               lanes == 1 ? "" : "s");
  if (cores > lanes)
    return {true, fmt::format("lanes sleep until shortly before a due time, at most 250 us, and "
                              "spin for the rest; waits below 1 ms are spun through ({})",
                              who)};
  return {false, fmt::format("lanes sleep until the due time and are as late as the timer wakes "
                             "them: {} leave none to spin on without taking it from the work",
                             who)};
}

}  // namespace jetmeter
