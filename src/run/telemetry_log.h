// Where the sampler's readings go: every one into metrics.jsonl, and those of the workers'
// footprints to the supervisor as well. Called on the sampler's thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "jetmeter/memory.h"
#include "jetmeter/sampler.h"
#include "run/run_dir.h"

namespace jetmeter {

struct FootprintReading {
  Nanoseconds at{0};
  std::string worker;
  Footprint footprint;
};

class TelemetryLog : public SampleSink {
 public:
  // `dir` and `clock` must outlive it.
  TelemetryLog(RunDir& dir, const Clock& clock) : dir_(dir), clock_(clock) {}
  ~TelemetryLog() override { write(); }
  TelemetryLog(const TelemetryLog&) = delete;
  TelemetryLog& operator=(const TelemetryLog&) = delete;

  void reading(Nanoseconds at, std::string_view source, std::span<const Channel>,
               std::span<const std::optional<double>>) override;
  void gap(Nanoseconds at, std::string_view source, std::string_view reason) override;
  // Readings are in the file half a second later at most, whole ticks of them.
  void tick_ended() override;
  // Those that are not in the file yet. When the sampler has stopped.
  void write();

  // What came since the last call, in the order of time.
  std::vector<FootprintReading> take_footprints();

 private:
  RunDir& dir_;
  const Clock& clock_;
  std::string line_, lines_;  // of the sampler's thread alone; lines_: not in the file yet
  Nanoseconds written_at_{0};
  std::mutex mutex_;
  std::vector<FootprintReading> footprints_;
};

}  // namespace jetmeter
