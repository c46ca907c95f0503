// From a RunSpec to a Record. The supervisor (this call) owns the run directory, the sampler and
// the clock and never loads a model; each model runs in a worker process. See ARCHITECTURE.md.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jetmeter/backend.h"
#include "jetmeter/core.h"
#include "jetmeter/inputs.h"
#include "jetmeter/load.h"
#include "jetmeter/machine.h"
#include "jetmeter/memory_limit.h"
#include "jetmeter/pipeline.h"
#include "jetmeter/record.h"

namespace jetmeter {

// One model under load, without a stream of frames: what `jetmeter bench` asks of a slot.
// The end of a socket to another run that is measured in turn with this one, see compare.
struct TurnSeat {
  int descriptor = -1;
  bool first = false;
};

struct BenchSpec {
  Scenario scenario;
  StopRules stop;
  WarmUp warm_up;
  // Search the highest rate of the scenario that holds this bound, then measure at that rate.
  std::optional<RateBound> find_rate;
  Nanoseconds trial_time = std::chrono::seconds(2);    // least length of one trial of the search
  Nanoseconds search_time = std::chrono::minutes(10);  // no trial begins later; 0: no limit
  ShapeOptions shapes;
  Fills fills;
  std::uint64_t seed = 1;
  bool copies = false;  // copy inputs in and outputs out around every inference, as stages
  double slowdown = 0;  // share of its time by which every inference is held up, on purpose
  bool ladder = false;
  int profile_runs = 0;                // inferences under the layer profiler, after measuring
  std::filesystem::path dump_outputs;  // .npz, as seen from the run's folder; empty: none
  Nanoseconds hold{0};                 // with the model loaded, before its first inference
  std::optional<TurnSeat> turns{};     // absent: the machine is this run's alone
};

struct SlotSpec {
  std::string name;             // "rgb", "thermal"
  std::filesystem::path model;  // empty: the slot is skipped
  std::string skip_reason;      // not empty: the slot is skipped, with this reason
  std::string source;           // "video=clip.mp4"
  std::string backend = "auto";
  LoadOptions load;
  PipelineOptions pipeline;
  std::filesystem::path ground_truth;  // empty: none, or the generated scene's own
  std::optional<BenchSpec> bench;      // then source and pipeline are those of the ladder alone
  // Of the model in an earlier run that this one repeats; another one is warned of. Empty: none.
  std::string expected_sha256{};
};

// How two slots take turns. Parallel: both work on a pair at the same time. Alternate: one after
// the other.
enum class Schedule { parallel, alternate };

// What to do with a forecast that says that a model will not fit.
enum class Preflight { refuse, warn, off };

struct MemoryPolicy {
  std::optional<std::uint64_t> limit_bytes;         // of each worker's footprint
  std::optional<std::uint64_t> clamped_from_bytes;  // a larger one was asked for
  bool typed = false;  // a person asked for this limit; it is not a default
  Limiter limiter = Limiter::automatic;
  bool stop_over_budget = false;  // else a violation is recorded, and the run goes on
  Preflight preflight = Preflight::warn;
  std::optional<MemoryArchitecture> architecture;  // absent: as the machine looks
};

struct RunSpec {
  std::vector<SlotSpec> slots;
  MemoryPolicy memory;
  std::int64_t max_frames = 300;  // per slot; 0: until the source ends
  int warmup = 5;                 // inferences before measuring, on the first frame
  std::int64_t solo_frames = 30;  // alone, before measuring together; 0: no solo pass
  Schedule schedule = Schedule::parallel;
  Nanoseconds tolerance = std::chrono::milliseconds(50);
  Nanoseconds timeout = std::chrono::seconds(120);  // without a sign of life from a worker
  Nanoseconds metrics_interval = std::chrono::milliseconds(500);
  Nanoseconds idle_baseline = std::chrono::seconds(2);  // before the load; only with a power sensor
  std::int64_t save_overlays = 0;  // so many frames per slot, spread over the run
  std::filesystem::path out;       // must be absent or empty
  std::string command;             // as typed, for the record
  std::vector<std::pair<std::string, std::string>> config;  // for the record
};

struct Progress {
  std::string_view slot;
  std::string_view phase;
  std::int64_t done = 0, total = 0;  // total 0: unknown
};

// The world that a run happens in.
struct RunContext {
  Host host;
  const Clock* clock = &system_clock();
  std::filesystem::path worker;                  // the program that is started as `worker`
  std::filesystem::path cache;                   // what was measured of runtimes; empty: none
  const std::atomic<int>* interrupts = nullptr;  // 1: finish; 2: kill workers, then finish
  std::function<void(int number, std::string_view what)> step;  // "[3/7] …"
  std::function<void(std::string_view)> note;                   // a fact under the current step
  std::function<void(const Progress&)> progress;
  std::function<void(const Warning&)> warn;  // as it happens
};

struct RunOutcome {
  Record record;
  bool interrupted = false;
  std::vector<Error> unwritten;  // files that could not be written, e.g. on a full disk
  // No slot ran, because what was asked for does not fit the models: a shape, an input's content.
  bool refused = false;
};

// Fails only when the request itself is wrong; everything later is inside the outcome.
Result<RunOutcome> run(const RunSpec&, const RunContext&);

// Entry of the hidden subcommand `worker`; talks over the two given descriptors per slot.
int worker_main(int slot_count);

}  // namespace jetmeter
