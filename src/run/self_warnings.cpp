#include "run/self_warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "jetmeter/load.h"
#include "run/untold_memory.h"

namespace jetmeter {
namespace {

const Summary* stage(const SlotRecord& slot, Stage wanted) {
  for (const auto& [stage_name, ms] : slot.stages_ms)
    if (stage_name == name(wanted)) return &ms;
  return nullptr;
}

struct Teller {
  const SlotRecord& slot;
  std::vector<Warning> warnings = {};

  void tell(std::string code, std::string message, std::string advice) {
    warnings.push_back({std::move(code), std::move(message), std::move(advice), slot.name});
  }
};

// The host takes longer to hand work over than it may if the device is to be kept busy.
void tell_enqueue(Teller& teller) {
  constexpr double kShare = 0.8;
  const auto* enqueue = stage(teller.slot, Stage::enqueue);
  const auto* compute = stage(teller.slot, Stage::compute);
  if (!enqueue || !compute || !enqueue->p50 || !compute->p50) return;
  if (*enqueue->p50 <= kShare * *compute->p50) return;
  teller.tell("enqueue_bound",
              fmt::format("enqueueing takes {:.3g} ms of the {:.3g} ms that computing takes (p50): "
                          "the host may be the limit, not the device",
                          *enqueue->p50, *compute->p50),
              "a captured graph or a larger batch gives the device more work per call");
}

void tell_transfers(Teller& teller) {
  const auto* compute = stage(teller.slot, Stage::compute);
  if (!compute || !compute->p50) return;
  for (const auto direction : {Stage::host_to_device, Stage::device_to_host}) {
    const auto* transfer = stage(teller.slot, direction);
    if (!transfer || !transfer->p50 || *transfer->p50 < *compute->p50) continue;
    teller.tell("transfer_bound",
                fmt::format("{} takes {:.3g} ms, computing {:.3g} ms (p50): the copies are the "
                            "limit",
                            direction == Stage::host_to_device ? "the copy to the device"
                                                               : "the copy from the device",
                            *transfer->p50, *compute->p50),
                "on unified memory, buffers that CPU and GPU share need no copy");
  }
}

// trtexec's bound for a device's own time; a CPU is noisier than that on its best days.
void tell_noise(Teller& teller) {
  constexpr double kDeviceScatter = 0.025, kCpuScatter = 0.10;
  const auto* compute = stage(teller.slot, Stage::compute);
  if (!compute || !compute->mean || !compute->stdev || *compute->mean <= 0) return;
  const bool on_cpu = !teller.slot.backend || teller.slot.backend->device == "cpu" ||
                      teller.slot.backend->device.empty();
  const double scatter = *compute->stdev / *compute->mean;
  if (scatter <= (on_cpu ? kCpuScatter : kDeviceScatter)) return;
  teller.tell("noisy_clocks",
              fmt::format("computing time scatters by {:.1f} % of its mean: clocks may be moving, "
                          "or others are at work",
                          scatter * 100),
              "lock the clocks (jetson_clocks, nvidia-smi -lgc, cpupower) and look at jetmeter "
              "doctor");
}

// perf_analyzer's rule: more than one request in a hundred late; of fewer, a single one is none to
// speak of. Late because no lane was free is
// the system's doing and belongs to its latency.
void tell_lateness(Teller& teller) {
  constexpr double kShare = 0.01;
  constexpr std::int64_t kFew = 1;
  const auto& load = teller.slot.load;
  if (!load || load->awaited == 0) return;
  const double share =
      static_cast<double>(load->generator_late) / static_cast<double>(load->awaited);
  if (share <= kShare || load->generator_late <= kFew) return;
  teller.tell("generator_late",
              fmt::format("{:.1f} % of the requests began late although a lane was free: the "
                          "generator did not keep up",
                          share * 100),
              "their latency counts from when they were due; a lower rate or a free core helps");
}

void tell_unserved(Teller& teller) {
  const auto& load = teller.slot.load;
  if (!load || !is_backlog(load->unserved, load->issued + load->unserved)) return;
  teller.tell("unserved",
              fmt::format("{} requests were due and still waited when the run ended: the rate is "
                          "more than the model can serve, and the latencies grow with the run",
                          load->unserved),
              "a lower --rate, or --when-busy drop; --find-rate looks for the highest that holds");
}

void tell_bound(Teller& teller) {
  const auto& load = teller.slot.load;
  if (!load || !load->found_per_second || load->bound_held.value_or(true)) return;
  teller.tell("bound_not_held",
              fmt::format("{:.4g} a second was found, but did not hold when measured: {}",
                          *load->found_per_second, load->bound_reason.value_or("")),
              "a longer --trial-time finds a rate that lasts");
}

// Where the next inference follows the last one, what lies between the two is the instrument's.
void tell_gaps(Teller& teller) {
  constexpr double kShare = 0.05;
  const auto& load = teller.slot.load;
  if (!load || !load->between_ns || !load->service_ms.mean) return;
  const double between_ms = *load->between_ns / 1e6;
  if (between_ms <= kShare * *load->service_ms.mean) return;
  teller.tell("loop_bound",
              fmt::format("{:.3g} us pass between two inferences of {:.3g} us: the throughput is "
                          "that of measuring and writing down, the latency is the model's",
                          between_ms * 1000, *load->service_ms.mean * 1000),
              "for a model as short as this look at the latency; --ladder times it as a whole");
}

void tell_lanes(Teller& teller) {
  const auto& load = teller.slot.load;
  if (!load || load->in_flight < 2 || load->scenario != "multi") return;
  teller.tell("shared_latency",
              fmt::format("{} inferences were in flight at a time: the latency is that of each "
                          "among the others, and the throughput is that of all",
                          load->in_flight),
              "for the latency of one alone use --scenario single");
}

void tell_course(Teller& teller) {
  const auto& statistics = teller.slot.statistics;
  if (!statistics) return;
  if (statistics->steady == SteadyState::Verdict::unsteady)
    teller.tell("unsteady", "the run did not settle: " + statistics->steady_reason,
                "the numbers are those of a machine on the move; measure longer or warm up longer");
  if (statistics->steady == SteadyState::Verdict::settled_late && statistics->settled_seconds)
    teller.tell("settled_late",
                fmt::format("the run settled after {:.1f} s only: {}", *statistics->settled_seconds,
                            statistics->steady_reason),
                "a longer warm-up leaves that out");
  const bool drifts =
      statistics->drift == DriftVerdict::rising || statistics->drift == DriftVerdict::falling;
  constexpr double kWorthTelling = 2;  // percent over the run
  if (drifts && statistics->drift_percent_over_run &&
      std::abs(*statistics->drift_percent_over_run) >= kWorthTelling)
    teller.tell("drift",
                fmt::format("latency {} by {:.1f} % over the run",
                            statistics->drift == DriftVerdict::rising ? "rose" : "fell",
                            std::abs(*statistics->drift_percent_over_run)),
                "a machine that warms up rises; see the thermal verdict");
}

void tell_modes(Teller& teller) {
  const auto& statistics = teller.slot.statistics;
  if (!statistics || statistics->modes.size() < 2) return;
  std::string centers;
  for (const auto& mode : statistics->modes)
    centers += fmt::format("{}{:.3g} ms ({:.0f} %)", centers.empty() ? "" : ", ", mode.center_ms,
                           mode.share * 100);
  teller.tell("several_modes", "latencies gather around more than one value: " + centers,
              "two clock states, two cores of different kinds, or work that alternates; a mean "
              "of them is the latency of no inference");
}

// What is known instead, under names that nobody takes for the footprint.
void tell_untold_memory(Teller& teller, const SlotData& data) {
  if (!data.model || !holds_untold_memory(data)) return;
  auto message = fmt::format(
      "nobody here tells how much memory the worker holds on {}: its footprint, the peaks of its "
      "phases and whether it kept a limit are not known",
      data.model->backend.device);
  if (data.footprint_peak)
    message +=
        fmt::format("; without that memory it held {} (PSS)", format_bytes(*data.footprint_peak));
  if (data.available_drop)
    message += fmt::format("; while it was loaded, {} less became available on the whole machine",
                           format_bytes(*data.available_drop));
  teller.tell("gpu_memory_untold", std::move(message),
              "nvmap's list of a Jetson is for root: sudo jetmeter; elsewhere NVML tells");
}

}  // namespace

std::vector<Warning> self_warnings(const SlotData& data, const SlotRecord& record) {
  Teller teller{record};
  if (data.spec.bench && data.spec.bench->slowdown > 0)
    teller.tell("slowed_on_purpose",
                fmt::format("every inference was held up by {:.3g} % of its time, as was asked",
                            100 * data.spec.bench->slowdown),
                "without --inject-slowdown these would be the model's numbers");
  if (data.bench)
    for (const auto& note : data.bench->notes) teller.tell("load_note", note, "");
  tell_untold_memory(teller, data);
  tell_enqueue(teller);
  tell_transfers(teller);
  tell_noise(teller);
  tell_lateness(teller);
  tell_unserved(teller);
  tell_bound(teller);
  tell_gaps(teller);
  tell_lanes(teller);
  tell_course(teller);
  tell_modes(teller);
  return std::move(teller.warnings);
}

}  // namespace jetmeter
