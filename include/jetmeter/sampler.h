// Reads telemetry sources at an interval, on a thread of its own. Ticks are aligned to the interval
// on the monotonic clock; a tick that was missed is not made up for, since its readings would be of
// the same moment. A source is read at its own rate where that is slower. A source that stops
// answering is closed and opened again, with growing pauses and without waiting for it; the gap is
// told to the sink.
//
// After start no tick allocates, and memory does not grow with the length of the run: every raw
// reading goes to the sink, and each channel keeps exact n, mean, min and max, a sample of its
// readings for p95, and a history that grows coarser as it grows older.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "jetmeter/telemetry.h"

namespace jetmeter {

// Receives what is read, on the sampler's thread, while the sampler's lock is not held.
class SampleSink {
 public:
  virtual ~SampleSink() = default;
  // The values of all channels of a source, at one time.
  virtual void reading(Nanoseconds at, std::string_view source, std::span<const Channel>,
                       std::span<const std::optional<double>>) = 0;
  // From `at` on the source does not answer, or answers again (`reason` is then empty).
  virtual void gap(Nanoseconds at, std::string_view source, std::string_view reason) = 0;
  // All that was due at one tick has been told.
  virtual void tick_ended() {}
};

struct SourceReport {
  std::string name;
  bool open = false;
  std::string reason;  // why it is absent, or was lost last
  // CPU time of the sampler's thread that went into reading it, keeping its values and making its
  // line, and of the programs that it runs.
  Nanoseconds cost{0};
  std::int64_t reads = 0, gaps = 0;
  UnknownWords unknown{};
};

struct ChannelReport {
  std::string name;
  Unit unit = Unit::none;
  std::int64_t n = 0;
  // p95 is exact up to 4096 readings; beyond, it is that of 4096 drawn evenly from all of them.
  std::optional<double> mean, min, max, p95, latest;
};

struct HistoryPoint {
  Nanoseconds at{0};
  double value = 0;
};

struct Energy {
  double joules = 0;
  double covered_seconds = 0;  // of the time asked for; the rest had no reading
};

class SamplerCore;

class Sampler {
 public:
  struct Options {
    Host host;
    const Clock* clock = &system_clock();
    Nanoseconds interval = std::chrono::milliseconds(500);
    SampleSink* sink = nullptr;  // must outlive the sampler; may be null
    // What to read; empty: the whole catalogue.
    std::vector<const SourceKind*> kinds;
  };

  // Opens every source that this machine has and starts reading.
  explicit Sampler(Options);
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  // One more source, from the next tick on, under a name that was not used before; e.g. a process.
  void add(std::string name, std::unique_ptr<Source>,
           Nanoseconds shortest_period = std::chrono::milliseconds(10));
  void remove(std::string_view name);  // its reports stay
  // From now on. Sources stay open, and what is kept of their channels goes on.
  void set_interval(Nanoseconds);
  // Reads once more and ends the thread. May be called twice.
  void stop();

  std::vector<SourceReport> sources() const;
  // `source` empty: of all the catalogue's sources; else of the one that was added by that name.
  std::vector<ChannelReport> channels(std::string_view source = {}) const;
  // Of one channel by its name, oldest first; empty when there is no such channel.
  std::vector<HistoryPoint> history(std::string_view channel, std::string_view source = {}) const;

  // Of a channel in watts, by the trapezoid rule over the readings' own times. Two readings that
  // are further apart than five periods of their source cover nothing between them. Absent when
  // there is no such channel, or no time is covered.
  std::optional<Energy> energy(std::string_view channel, Nanoseconds from, Nanoseconds to) const;

  // CPU time of the sampler's thread so far, everything included, and of the programs that sources
  // run.
  Nanoseconds cpu_time() const;
  // Of those programs alone, in seconds, at the readings of their sources; empty where none runs.
  std::vector<HistoryPoint> cpu_seconds_of_programs() const;

 private:
  void loop();

  const Clock& clock_;
  Nanoseconds interval_;
  std::unique_ptr<SamplerCore> core_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false, interval_changed_ = false;
  std::atomic<std::int64_t> cpu_time_ns_{0};
  std::thread thread_;
};

}  // namespace jetmeter
