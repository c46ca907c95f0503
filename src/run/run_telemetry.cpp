#include "run/run_telemetry.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "jetmeter/worker_memory.h"

namespace jetmeter {
namespace {

constexpr std::string_view kBoardPower = "power.board";
constexpr double kLeastAvailable = 0.20;  // share of the memory

const ChannelReport* find(const std::vector<ChannelReport>& channels, std::string_view name) {
  const auto found = std::ranges::find(channels, name, &ChannelReport::name);
  return found == channels.end() ? nullptr : &*found;
}

std::string status_of(const SourceReport& source) {
  if (source.open) return "ok";
  return source.gaps > 0 ? "lost" : "absent";
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
      conditions_(sampler_, context) {}

void RunTelemetry::stop() {
  sampler_.stop();
  conditions_.end();
}

void RunTelemetry::judge(std::span<SlotData> slots, const Machine& machine) {
  conditions_.judge(slots, machine);
}

// The names of the rails follow "power." in those of the channels.
std::optional<std::string> RunTelemetry::board_rail() const {
  constexpr std::string_view kPrefix = "power.";
  std::vector<std::string> rails;
  for (const auto& channel : sampler_.channels())
    if (channel.name.starts_with(kPrefix) && channel.name != kBoardPower)
      rails.push_back(channel.name.substr(kPrefix.size()));
  return board_power_rule(rails);
}

void RunTelemetry::measure_idle() {
  const auto channels = sampler_.channels();
  const bool idle_tells = std::ranges::any_of(channels, [](const ChannelReport& channel) {
    return channel.name == kBoardPower || channel.name.starts_with("load.gpu");
  });
  if (!idle_tells) return;
  const auto from = context_.clock->monotonic();
  const auto interrupted = [&] { return context_.interrupts && context_.interrupts->load() > 0; };
  while (context_.clock->monotonic() - from < spec_.idle_baseline && !interrupted())
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const auto energy = sampler_.energy(kBoardPower, from, context_.clock->monotonic());
  if (energy) idle_watts_ = energy->joules / energy->covered_seconds;
}

void RunTelemetry::add_to(SlotData& slot) const {
  const auto worker =
      slot.worker.empty() ? std::vector<ChannelReport>() : sampler_.channels(slot.worker);
  if (const auto* footprint = find(worker, kFootprintChannel); footprint && footprint->mean) {
    slot.footprint_mean = static_cast<std::uint64_t>(*footprint->mean);
    slot.footprint_peak =
        std::max(slot.footprint_peak.value_or(0), static_cast<std::uint64_t>(*footprint->max));
  }
  const auto time = measured_time(slot);
  const auto rail = board_rail();
  if (!time || !rail) return;
  if (const auto energy = sampler_.energy(kBoardPower, time->from, time->to))
    slot.energy = energy_record(slot, *energy, *rail, idle_watts_);
  if (slot.energy && baseline_warning()) slot.energy->joules_per_frame_above_idle.reset();
}

std::optional<Warning> RunTelemetry::baseline_warning() const {
  if (!idle_watts_) return std::nullopt;
  const auto busy = conditions_.busy_before();
  if (!busy) return std::nullopt;
  return Warning{"baseline_not_idle",
                 fmt::format("{} before a model was loaded: the {:.1f} W of then are no idle "
                             "baseline, and energy above idle is absent",
                             *busy, *idle_watts_),
                 "end what keeps it busy and measure again; `jetmeter doctor` shows what it is",
                 ""};
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

std::vector<Warning> RunTelemetry::warnings() const {
  auto warnings = conditions_.warnings();
  const auto channels = sampler_.channels();
  const auto* available = find(channels, "memory.available");
  const auto* total = find(channels, "memory.total");
  if (available && available->min && total && total->max && *total->max > 0) {
    const double share = *available->min / *total->max;
    if (share < kLeastAvailable)
      warnings.push_back(
          {"memory_low",
           fmt::format("only {:.0f} % of the memory was available at the lowest ({} of {})",
                       100 * share, format_bytes(static_cast<std::uint64_t>(*available->min)),
                       format_bytes(static_cast<std::uint64_t>(*total->max))),
           "close other programs, a desktop session first; leave a fifth of the memory free", ""});
  }
  if (auto baseline = baseline_warning()) warnings.push_back(std::move(*baseline));
  for (const auto& source : sampler_.sources())
    if (source.gaps > 0 && !is_worker(source))
      warnings.push_back(
          {"telemetry_gap",
           fmt::format("{} fell silent {}: its readings have gaps", source.name,
                       source.gaps == 1 ? "once" : fmt::format("{} times", source.gaps)),
           "metrics.jsonl says when", ""});
  return warnings;
}

}  // namespace jetmeter
