#include "run/run_conditions.h"

#include <unistd.h>

#include <set>

#include "jetmeter/telemetry.h"
#include "jetmeter/thermal_limits.h"
#include "run/gpu_names.h"
#include "run/idle_baseline.h"
#include "run/thermal_verdict.h"

namespace jetmeter {
namespace {

constexpr std::string_view kOwnSource = "jetmeter";
constexpr std::string_view kCpuChannel = "process.cpu_seconds";
// It uses the CPU evenly; the workers are read more often.
constexpr Nanoseconds kOwnPeriod = std::chrono::seconds(1);

template <typename T>
std::optional<T> known(Result<T> result) {
  return result ? std::optional(std::move(*result)) : std::nullopt;
}

Histories histories_of(const Sampler& sampler) {
  Histories histories;
  for (const auto& channel : sampler.channels())
    if (channel.n > 0) histories[channel.name] = sampler.history(channel.name);
  return histories;
}

}  // namespace

RunConditions::RunConditions(Sampler& sampler, const RunContext& context)
    : sampler_(sampler),
      context_(context),
      idle_{context.clock->monotonic(), context.clock->monotonic()},
      clients_before_(known(read_gpu_clients(context.host))) {
  if (auto own = open_process_counters(context.host, ::getpid()))
    sampler_.add(std::string(kOwnSource), std::move(*own), kOwnPeriod);
}

void RunConditions::end_of_idle() {
  idle_.to = context_.clock->monotonic();
}

void RunConditions::end() {
  clients_after_ = known(read_gpu_clients(context_.host));
}

std::optional<std::string> RunConditions::busy_before() const {
  return what_was_busy(histories_of(sampler_), idle_);
}

DisturbanceFacts RunConditions::facts(std::span<const SlotData> slots,
                                      const Machine& machine) const {
  DisturbanceFacts facts;
  facts.histories = with_one_gpu_name(histories_of(sampler_), machine.memory_architecture);
  std::set<std::string> workers;
  for (const auto& slot : slots) {
    const auto device = slot.model ? slot.model->backend.device : "";
    facts.slots.push_back(
        {slot.spec.name, gpu_of_device(device, facts.histories), slot.measure.samples});
    if (!slot.worker.empty()) workers.insert(slot.worker);
    facts.in_turns = facts.in_turns || took_turns(slot);
  }
  facts.cores = machine.cores;
  facts.own_cpu_seconds.push_back(sampler_.history(kCpuChannel, kOwnSource));
  for (const auto& worker : workers)
    facts.own_cpu_seconds.push_back(sampler_.history(kCpuChannel, worker));
  // The sampler's programs take nothing while their sources are silent.
  if (auto programs = sampler_.cpu_seconds_of_programs(); !programs.empty())
    facts.own_cpu_seconds.push_back(
        held_over(std::move(programs), {idle_.from, context_.clock->monotonic()}));
  facts.gpu_clients_before = clients_before_;
  facts.gpu_clients_after = clients_after_;
  facts.own_processes = {::getpid()};
  facts.unified_memory = machine.memory_architecture == MemoryArchitecture::unified;
  facts.idle = idle_;
  facts.throttles_at = throttle_temperatures(slowing_trips(context_.host), machine,
                                             subjects_of(facts.histories, "temperature."));
  facts.steps["gpu"] = gpu_clock_steps(context_.host);
  return facts;
}

void RunConditions::judge(std::span<SlotData> slots, const Machine& machine) {
  const auto known = facts(slots, machine);
  const auto found = find_disturbances(known);
  for (const auto& disturbance : found) {
    warnings_.push_back(warning_of(disturbance, known));
    for (auto& record : disturbance_records(disturbance, known))
      disturbances_.push_back(std::move(record));
  }
  for (std::size_t i = 0; i < slots.size(); ++i) {
    TimeSpans slowed;
    for (const auto& disturbance : found)
      if (disturbance.slows_clocks && disturbance.when && concerns(disturbance, known.slots[i]))
        slowed.insert(slowed.end(), disturbance.when->begin(), disturbance.when->end());
    slots[i].thermal = thermal_record(known.slots[i], known.histories, merged(std::move(slowed)));
  }
}

}  // namespace jetmeter
