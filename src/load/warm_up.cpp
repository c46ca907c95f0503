#include <atomic>
#include <mutex>
#include <optional>

#include "jetmeter/load.h"
#include "load/checks.h"
#include "load/lane_threads.h"
#include "load/load_clock.h"
#include "load/task_failure.h"

namespace jetmeter {
namespace {

// What the lanes of a warm-up share.
class WarmUpRun {
 public:
  WarmUpRun(const WarmUp& rules, const LoadWorld& world) : rules_(rules), world_(world) {}

  void run(Task& task) {
    if (auto failure = failure_of([&] { loop(task); })) end(std::move(*failure));
  }
  std::int64_t runs() const { return runs_; }
  const std::optional<Error>& error() const { return error_; }

 private:
  void loop(Task& task) {
    LoadClock clock(*world_.clock);
    const auto began_ns = clock.last();
    StageTimes stages;
    for (std::int64_t count = 0; !ended(clock.read() - began_ns, count); ++count) {
      stages.clear();
      const auto result = task.run(stages);
      if (!result) return end(result.error());
      ++runs_;
    }
  }
  bool ended(std::int64_t elapsed_ns, std::int64_t count) const {
    if (failed_ || (world_.stop && world_.stop->load(std::memory_order_relaxed))) return true;
    return elapsed_ns >= rules_.min_time.count() && count >= rules_.min_count;
  }
  void end(Error error) {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(error);
    failed_ = true;
  }

  const WarmUp& rules_;
  const LoadWorld& world_;
  std::atomic<std::int64_t> runs_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::optional<Error> error_;
};

}  // namespace

Result<std::int64_t> warm_up(const WarmUp& rules, std::span<Task* const> tasks,
                             const LoadWorld& world) {
  if (tasks.empty()) return fail("there is no lane to warm up; give at least one task");
  WarmUpRun shared(rules, world);
  const auto ran = run_lanes(
      static_cast<int>(tasks.size()), [] {},
      [&](int lane) { shared.run(*tasks[static_cast<std::size_t>(lane)]); });
  if (!ran) return tl::make_unexpected(ran.error());
  if (shared.error()) return tl::make_unexpected(*shared.error());
  return shared.runs();
}

}  // namespace jetmeter
