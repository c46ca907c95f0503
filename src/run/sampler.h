// Reads the telemetry sources and the workers' memory at an interval, on a thread of its own, and
// writes every reading into metrics.jsonl. Keeps per channel what the record's summary needs.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "jetmeter/record.h"
#include "jetmeter/telemetry.h"
#include "run/run_dir.h"

namespace jetmeter {

class Sampler {
 public:
  struct Options {
    Host host;
    const Clock* clock = &system_clock();
    Nanoseconds interval = std::chrono::milliseconds(500);
  };

  // Opens every source that this machine has and starts reading. `dir` must outlive the sampler.
  Sampler(RunDir& dir, Options);
  ~Sampler();

  // From now on the process's memory is read too, under this name; slots that share a process
  // share its readings.
  void watch(const std::string& slot, pid_t);
  void forget(pid_t);
  // Ends the thread. Afterwards the results below are complete.
  void stop();

  std::vector<TelemetrySourceRecord> sources() const;
  std::vector<ChannelRecord> channels() const;
  std::vector<std::uint64_t> footprint(const std::string& slot) const;

 private:
  struct Entry {
    const SourceKind* kind = nullptr;
    std::unique_ptr<Source> source;  // null: absent
    std::string reason;
    Nanoseconds cost{0};
    std::vector<std::optional<double>> now;
    std::vector<std::vector<double>> readings;  // per channel
  };
  struct Watched {
    std::string slot;
    pid_t pid = -1;
  };
  void loop();
  void tick();
  void read_source(Entry&);
  void read_processes();

  RunDir& dir_;
  Options options_;
  std::vector<Entry> entries_;
  std::vector<Watched> watched_;
  std::map<std::string, std::vector<std::uint64_t>> footprints_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace jetmeter
