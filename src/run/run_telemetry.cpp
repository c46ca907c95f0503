#include "run/run_telemetry.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "jetmeter/memory.h"
#include "jetmeter/processes.h"
#include "jetmeter/worker_memory.h"
#include "run/memory_advice.h"

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

// As it is now: the workers are gone, and what else held the memory is there as a rule.
std::string what_to_release(const Host& host) {
  constexpr std::size_t kLooked = 8;
  auto others = largest_processes(host, kLooked);
  std::erase_if(others, [](const ProcessSummary& process) { return process.pid == ::getpid(); });
  const auto ledger = read_ledger(host, MemoryArchitecture::host);
  const auto cache = std::ranges::find(ledger.views, "page cache", &View::name);
  return memory_advice(
      others, cache == ledger.views.end() ? std::nullopt : std::optional(cache->amount.bytes()));
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
           what_to_release(context_.host), ""});
  }
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
