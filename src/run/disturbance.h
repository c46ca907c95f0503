// What disturbed a measurement from outside: other programs, swapping, throttling, a governor that
// sleeps. Each is tied to the frames that were under way while it lasted. Pure; what no sensor
// tells is not claimed.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/processes.h"
#include "jetmeter/record.h"
#include "run/timeline.h"
#include "run/wire.h"

namespace jetmeter {

// The measured frames of a slot, in the order of time.
struct SlotFrames {
  std::string name;
  std::string gpu;  // what its GPU's channels are named after: "gpu", "gpu0"; empty: the CPU
  std::span<const FrameSample> frames;

  // From the first frame to the end of the last; absent when there is none.
  std::optional<TimeSpan> measured() const;
};

// What a detector may know. Everything absent or empty is unknown.
struct DisturbanceFacts {
  Histories histories;
  std::vector<SlotFrames> slots;
  int cores = 0;          // online
  bool in_turns = false;  // with another run: what others have of the machine is that one's
  // CPU time of each of our processes since its start, in seconds. One that is empty is unknown,
  // and with it how much of the load is ours.
  std::vector<std::vector<HistoryPoint>> own_cpu_seconds;
  // Processes with memory on the GPU, before our models were loaded and after they were gone.
  std::optional<GpuClients> gpu_clients_before, gpu_clients_after;
  std::vector<ProcessId> own_processes;
  bool unified_memory = false;                       // the CPU and the GPU share it
  std::optional<TimeSpan> idle;                      // before anything of ours was loaded
  std::map<std::string, double> throttles_at;        // zone -> degrees Celsius
  std::map<std::string, std::vector<double>> steps;  // "gpu" -> clocks that it can be set to, in Hz

  // From the first measured frame of any slot to the last one's end.
  std::optional<TimeSpan> measured() const;
  // The GPUs that slots with frames ran on, each once.
  std::vector<std::string> gpus() const;
};

// What a detector found.
struct Disturbance {
  std::string code;     // stable, lower_snake: "other_cpu_load"
  std::string message;  // the fact, with numbers
  std::string advice;
  // When. Absent: it was there, and nobody knows during which frames.
  std::optional<TimeSpans> when;
  std::string gpu = {};  // touches the slots on this GPU alone; empty: all
  bool slows_clocks = false;
};

// The slot has frames, and was where the disturbance is.
bool concerns(const Disturbance&, const SlotFrames&);

// Everything that was found; each touched at least one frame, or cannot be tied to any.
std::vector<Disturbance> find_disturbances(const DisturbanceFacts&);

// One for each slot that it touched.
std::vector<DisturbanceRecord> disturbance_records(const Disturbance&, const DisturbanceFacts&);
// The same as one warning: "…; 140 of rgb's 150 frames, p50 21.30 ms in them, 20.20 ms in the
// others".
Warning warning_of(const Disturbance&, const DisturbanceFacts&);

}  // namespace jetmeter
