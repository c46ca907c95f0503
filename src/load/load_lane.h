#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>

#include "jetmeter/load.h"
#include "load/latency_log.h"
#include "load/load_clock.h"

namespace jetmeter {

// One lane with what it counts. Its own thread alone writes, and others read only `done` while it
// runs; on cache lines of its own, so that lanes do not slow one another down.
struct alignas(128) LoadLane {
  LoadLane(std::int32_t number_, Task& task_, LoadSink& sink_, const Clock& clock_)
      : number(number_), task(task_), sink(sink_), clock(clock_) {}

  const std::int32_t number;
  Task& task;
  LoadSink& sink;
  LoadClock clock;
  std::int64_t deadline_ns = std::numeric_limits<std::int64_t>::max();
  std::optional<LatencyLog> log;  // where a target for the median asks for it

  std::atomic<std::int64_t> done{0};
  std::int64_t begun = 0, dropped = 0, missed_deadline = 0;
  std::int64_t awaited = 0, generator_late = 0;

  // Keeps a sample of work that was done.
  void keep(const LoadSample& sample) {
    sink.add(sample);
    if (sample.latency_ns() > deadline_ns) ++missed_deadline;
    if (log) log->add({sample.ended_ns, sample.latency_ns()});
    done.store(done.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
};

}  // namespace jetmeter
