#include "run/run_telemetry.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "jetmeter/group_limits.h"
#include "jetmeter/memory.h"
#include "jetmeter/processes.h"
#include "jetmeter/worker_memory.h"
#include "run/memory_advice.h"

namespace jetmeter {
namespace {

constexpr double kLeastAvailable = 0.20;  // share of the memory
constexpr std::string_view kGroupSource = "group";
// Its counters are gathered from all cores for each reading.
constexpr Nanoseconds kGroupPeriod = std::chrono::milliseconds(500);

const ChannelReport* find(const std::vector<ChannelReport>& channels, std::string_view name) {
  const auto found = std::ranges::find(channels, name, &ChannelReport::name);
  return found == channels.end() ? nullptr : &*found;
}

std::string status_of(const SourceReport& source) {
  if (source.open) return "ok";
  return source.gaps > 0 ? "lost" : "absent";
}

// As it is now: the workers are gone, and what else held the memory is there as a rule.
std::string what_to_release(const Host& host, MemoryArchitecture memory) {
  constexpr std::size_t kLooked = 8;
  auto others = largest_processes(host, kLooked);
  const auto is_ours = [](const auto& process) { return process.pid == ::getpid(); };
  std::erase_if(others, is_ours);
  std::vector<GpuClient> on_gpu;
  if (memory == MemoryArchitecture::unified)
    if (auto clients = read_gpu_clients(host)) on_gpu = std::move(clients->clients);
  std::erase_if(on_gpu, is_ours);
  return memory_advice(others, on_gpu);
}

// What was left of a memory at its lowest.
struct LowPoint {
  double available = 0, total = 0;

  double share() const { return available / total; }
};

std::optional<LowPoint> low_point(const std::vector<ChannelReport>& channels,
                                  std::string_view available, std::string_view total) {
  const auto *left = find(channels, available), *all = find(channels, total);
  if (!left || !left->min || !all || !all->max || *all->max <= 0) return std::nullopt;
  return LowPoint{*left->min, *all->max};
}

// Workers come and go; that one is gone is no loss of a sensor.
bool is_worker(const SourceReport& source) {
  return source.name.starts_with(kWorkerPrefix);
}

}  // namespace

RunTelemetry::RunTelemetry(RunDir& dir, const RunContext& context, const RunSpec& spec)
    : context_(context),
      spec_(spec),
      log_(dir, *context.clock),
      sampler_({context.host, context.clock, spec.metrics_interval, &log_, {}}),
      conditions_(sampler_, context) {
  if (auto group = open_group_memory(context.host))
    sampler_.add(std::string(kGroupSource), std::move(*group), kGroupPeriod);
}

void RunTelemetry::stop() {
  sampler_.stop();
  log_.write();
  conditions_.end();
}

void RunTelemetry::judge(std::span<SlotData> slots, const Machine& machine) {
  conditions_.judge(slots, machine);
}

void RunTelemetry::measure_idle() {
  const auto channels = sampler_.channels();
  const bool idle_tells =
      any_power_rail(channels) || std::ranges::any_of(channels, [](const ChannelReport& channel) {
        return channel.name.starts_with("load.gpu");
      });
  if (!idle_tells) return;
  const auto from = context_.clock->monotonic();
  const auto interrupted = [&] { return context_.interrupts && context_.interrupts->load() > 0; };
  while (context_.clock->monotonic() - from < spec_.idle_baseline && !interrupted())
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const auto to = context_.clock->monotonic();
  for (const auto& channel : channels)
    if (const auto energy = sampler_.energy(channel.name, from, to)) idle_[channel.name] = *energy;
}

std::optional<Energy> RunTelemetry::energy_of(const PowerRail& rail,
                                              const MeasuredTime& time) const {
  std::vector<std::optional<Energy>> parts;
  for (const auto& channel : rail.channels)
    parts.push_back(sampler_.energy(channel, time.from, time.to));
  return sum_of(parts);
}

std::optional<double> RunTelemetry::idle_watts_of(const PowerRail& rail) const {
  std::vector<std::optional<Energy>> parts;
  for (const auto& channel : rail.channels) {
    const auto known = idle_.find(channel);
    parts.push_back(known == idle_.end() ? std::nullopt : std::optional(known->second));
  }
  const auto idle = sum_of(parts);
  return idle ? std::optional(idle->joules / idle->covered_seconds) : std::nullopt;
}

// By the first rail that had readings then; where two runs took turns they are of both.
std::optional<EnergyRecord> RunTelemetry::energy_of(const SlotData& slot) const {
  const auto time = measured_time(slot);
  if (!time || !slot.model || took_turns(slot)) return std::nullopt;
  for (const auto& rail : power_rails(sampler_.channels(), slot.model->backend.device))
    if (const auto energy = energy_of(rail, *time))
      return energy_record(slot, *energy, rail.name, idle_watts_of(rail));
  return std::nullopt;
}

void RunTelemetry::add_to(SlotData& slot) const {
  const auto worker =
      slot.worker.empty() ? std::vector<ChannelReport>() : sampler_.channels(slot.worker);
  if (const auto* footprint = find(worker, kFootprintChannel); footprint && footprint->mean) {
    slot.footprint_mean = static_cast<std::uint64_t>(*footprint->mean);
    slot.footprint_peak =
        std::max(slot.footprint_peak.value_or(0), static_cast<std::uint64_t>(*footprint->max));
  }
  slot.energy = energy_of(slot);
  if (slot.energy && baseline_warning()) slot.energy->joules_per_frame_above_idle.reset();
}

std::optional<Warning> RunTelemetry::baseline_warning() const {
  const auto busy = conditions_.busy_before();
  if (idle_.empty() || !busy) return std::nullopt;
  std::string watts = "power";
  for (const auto& rail : power_rails(sampler_.channels(), "cpu"))
    if (const auto idle = idle_watts_of(rail)) {
      watts = fmt::format("{:.1f} W", *idle);
      break;
    }
  return Warning{
      "baseline_not_idle",
      fmt::format("{} before a model was loaded: the {} of then is no idle baseline, and "
                  "energy above idle is absent",
                  *busy, watts),
      "end what keeps it busy and measure again; `jetmeter doctor` shows what it is", ""};
}

void RunTelemetry::add_to(Record& record) const {
  const auto seconds = [](Nanoseconds time) { return std::chrono::duration<double>(time).count(); };
  record.run.disturbances = conditions_.disturbances();
  record.sampler_cpu_seconds = seconds(sampler_.cpu_time());
  for (const auto& source : sampler_.sources())
    if (!is_worker(source))
      record.telemetry_sources.push_back({source.name, status_of(source), source.reason,
                                          seconds(source.cost), source.reads, source.gaps});
  for (const auto& channel : sampler_.channels())
    record.telemetry_channels.push_back({channel.name, channel.unit, channel.n, channel.mean,
                                         channel.min, channel.max, channel.p95});
}

// Of the machine, or of the container that it runs in where that one came nearer to its end.
std::optional<Warning> RunTelemetry::shortage(MemoryArchitecture memory) const {
  auto lowest = low_point(sampler_.channels(), "memory.available", "memory.total");
  const auto of_group =
      low_point(sampler_.channels(kGroupSource), kGroupAvailableChannel, kGroupLimitChannel);
  const bool in_group = of_group && (!lowest || of_group->share() < lowest->share());
  if (in_group) lowest = of_group;
  if (!lowest || lowest->share() >= kLeastAvailable) return std::nullopt;
  return Warning{"memory_low",
                 fmt::format("only {:.0f} % of the memory{} was available at the lowest ({} of {})",
                             100 * lowest->share(), in_group ? " that the container allows" : "",
                             format_bytes(static_cast<std::uint64_t>(lowest->available)),
                             format_bytes(static_cast<std::uint64_t>(lowest->total))),
                 what_to_release(context_.host, memory), ""};
}

std::vector<Warning> RunTelemetry::warnings(const Machine& machine) const {
  auto warnings = conditions_.warnings();
  if (auto low = shortage(machine.memory_architecture)) warnings.push_back(std::move(*low));
  if (auto baseline = baseline_warning()) warnings.push_back(std::move(*baseline));
  for (const auto& source : sampler_.sources())
    if (source.gaps > 0 && !is_worker(source))
      warnings.push_back(
          {"telemetry_gap",
           fmt::format("{} fell silent {}: its readings have gaps", source.name,
                       source.gaps == 1 ? "once" : fmt::format("{} times", source.gaps)),
           "metrics.jsonl says when", ""});
  for (const auto& source : sampler_.sources())
    if (source.unknown.count > 0)
      warnings.push_back({source.name + "_unknown",
                          fmt::format("{}: {}", source.name, in_words(source.unknown)),
                          "a release of the tool that jetmeter does not know; all else that it "
                          "says is read",
                          ""});
  return warnings;
}

}  // namespace jetmeter
