// A run's sampler, and what its readings say about the run: footprints, energy, shortage.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/run.h"
#include "jetmeter/sampler.h"
#include "run/power_rail.h"
#include "run/results.h"
#include "run/run_conditions.h"
#include "run/telemetry_log.h"

namespace jetmeter {

// Of the names under which workers are sampled: "worker.rgb".
inline constexpr std::string_view kWorkerPrefix = "worker.";

class RunTelemetry {
 public:
  // Starts reading. `dir` must outlive it.
  RunTelemetry(RunDir& dir, const RunContext&, const RunSpec&);

  Sampler& sampler() { return sampler_; }
  TelemetryLog& log() { return log_; }

  // Waits, where something tells a slot's power or the GPU its load, and notes what they are with
  // nothing loaded. Returns early when the run is interrupted.
  void measure_idle();
  // From here on there is work of ours.
  void end_of_idle() { conditions_.end_of_idle(); }
  // Afterwards the results below are complete.
  void stop();
  // What disturbed the slots, and whether they were warm: into the slots, the warnings and the
  // record.
  void judge(std::span<SlotData>, const Machine&);

  void add_to(SlotData&) const;
  void add_to(Record&) const;
  std::vector<Warning> warnings(const Machine&) const;

 private:
  std::optional<EnergyRecord> energy_of(const SlotData&) const;
  std::optional<Energy> energy_of(const PowerRail&, const MeasuredTime&) const;
  std::optional<double> idle_watts_of(const PowerRail&) const;
  // Where what was measured before the models is no idle machine's.
  std::optional<Warning> baseline_warning() const;

  const RunContext& context_;
  const RunSpec& spec_;
  TelemetryLog log_;
  Sampler sampler_;
  std::map<std::string, Energy> idle_;  // by channel, with nothing loaded
  RunConditions conditions_;
};

}  // namespace jetmeter
