// From what the workers sent to what the record says. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/frames.h"
#include "jetmeter/memory.h"
#include "jetmeter/record.h"
#include "jetmeter/run.h"
#include "jetmeter/sampler.h"
#include "run/bench_orders.h"
#include "run/orders.h"
#include "run/overlays.h"
#include "run/truth_use.h"
#include "run/wire.h"

namespace jetmeter {

struct PassData {
  std::vector<FrameSample> samples;
  std::optional<PassReport> report;  // absent when the pass did not come to its end
};

// Everything that is known of a slot when its worker is gone.
struct SlotData {
  SlotSpec spec;
  SlotStatus status = SlotStatus::skipped;
  std::string reason;
  bool refused = false;        // by the forecast: it was never loaded
  bool wrong_request = false;  // what was asked for does not fit the model
  std::optional<ModelReport> model;
  std::string shared_with;
  std::vector<PhaseRecord> phases;
  std::vector<double> speed_probe_ms;  // before the load and after the unload
  PassData solo, measure;
  std::optional<BenchReport> bench;  // of a load; the last that was told
  std::int64_t dropped = 0;          // under load, of what was measured
  std::vector<std::int64_t> detections_per_frame;
  std::map<int, std::int64_t> detections_by_class;
  std::vector<ImageResult> images;              // frames whose truth is known
  TruthUse truth_use;                           // of a ground truth that was given
  std::vector<FrameDetections> overlay_frames;  // kept only when overlays were asked for
  std::string worker;                           // under which its process is sampled
  std::optional<std::uint64_t> footprint_mean, footprint_peak;  // sampled from outside
  bool gpu_memory_told = false;  // of the worker; its footprints are then whole
  // The largest footprint read in each phase, where GPU memory is a part of it: the kernel's marks
  // know nothing of that.
  std::map<std::string, std::uint64_t, std::less<>> phase_footprints;
  // By so much less memory was available on the machine when the model was loaded.
  std::optional<std::uint64_t> available_drop;
  std::optional<Budget> budget;
  std::optional<std::uint64_t> charged_peak;  // of the worker's group, as the kernel accounts it
  std::vector<ViolationRecord> violations;
  std::optional<ForecastRecord> forecast;
  bool beside_others = false;  // what was measured of the memory is less than it is alone
  std::optional<EnergyRecord> energy;
  std::optional<ThermalRecord> thermal;
};

// From the first measured frame to the end of the last one; absent when there is none.
struct MeasuredTime {
  Nanoseconds from{0}, to{0};
};
std::optional<MeasuredTime> measured_time(const SlotData&);
// Measured in turn with another run: what was read of the machine meanwhile is of both.
bool took_turns(const SlotData&);

// `energy` is that of the slot's measured time.
EnergyRecord energy_record(const SlotData&, const Energy& energy, std::string rail,
                           std::optional<double> idle_watts);

SlotRecord slot_record(const SlotData&, std::optional<double> period_ms);

// The time a frame may take: that of the slower one of the streams that are paired; absent where
// a stream has no rate.
std::optional<double> period_ms(std::span<const SlotData>);
// That of one of these slots: as above, and where only its own stream has a rate, that.
std::optional<double> period_ms(const SlotData&, std::span<const SlotData>);

struct PairedRun {
  Pairing pairing;
  Schedule schedule = Schedule::parallel;
  Nanoseconds tolerance{0};
};
// `first` and `second` ran the frames of `run.pairing`.
PairsRecord pairs_record(const PairedRun& run, const SlotData& first, const SlotData& second,
                         std::optional<double> period_ms);

// Pairs two live streams afterwards, by the time at which their frames arrived.
Pairing pair_by_arrival(std::span<const FrameSample> first, std::span<const FrameSample> second,
                        Nanoseconds tolerance);

// "completed" | "incomplete" | "interrupted" | "failed"
std::string verdict(std::span<const SlotRecord>, bool interrupted);

}  // namespace jetmeter
