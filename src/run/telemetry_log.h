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
  TelemetryLog(RunDir& dir, const Clock& clock) : dir_(dir), clock_(clock) {}

  void reading(Nanoseconds at, std::string_view source, std::span<const Channel>,
               std::span<const std::optional<double>>) override;
  void gap(Nanoseconds at, std::string_view source, std::string_view reason) override;
  void tick_ended() override;

  // What came since the last call, in the order of time.
  std::vector<FootprintReading> take_footprints();

 private:
  RunDir& dir_;
  const Clock& clock_;
  std::string line_, lines_;  // of the sampler's thread alone; lines_: of this tick
  std::mutex mutex_;
  std::vector<FootprintReading> footprints_;
};

}  // namespace jetmeter
