// That a worker is at work, where no sample says so: a supervisor that hears nothing for long takes
// it for hung.
#pragma once

#include <atomic>
#include <mutex>
#include <span>
#include <vector>

#include "jetmeter/load.h"
#include "run/sample_pipe.h"

namespace jetmeter {

class SignOfLife {
 public:
  SignOfLife(SharedWriter& out, const Clock& clock) : out_(out), clock_(clock) {}
  // Says so, but at most twice a second. Any thread.
  void tell() {
    constexpr Nanoseconds kBetween = std::chrono::milliseconds(500);
    const auto now = clock_.monotonic();
    if (now - told_.load(std::memory_order_relaxed) < kBetween) return;
    const std::unique_lock lock(out_.mutex, std::try_to_lock);
    if (!lock.owns_lock()) return;  // who has it is writing: a sign as well
    told_.store(now, std::memory_order_relaxed);
    out_.out.send(MessageKind::alive);
  }

 private:
  SharedWriter& out_;
  const Clock& clock_;
  std::atomic<Nanoseconds> told_{Nanoseconds{0}};
};

// Says so after each piece of another task's work.
class LivelyTask final : public Task {
 public:
  LivelyTask(Task& inner, SignOfLife& sign) : inner_(inner), sign_(sign) {}
  Result<void> run(StageTimes& stages) override {
    auto done = inner_.run(stages);
    sign_.tell();
    return done;
  }

 private:
  Task& inner_;
  SignOfLife& sign_;
};

// The first lane speaks for all.
struct LivelyTasks {
  LivelyTasks(std::span<Task* const> lanes, SignOfLife& sign)
      : first(*lanes.front(), sign), tasks(lanes.begin(), lanes.end()) {
    tasks.front() = &first;
  }
  LivelyTask first;
  std::vector<Task*> tasks;
};

}  // namespace jetmeter
