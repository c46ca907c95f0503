#include "report/sentences.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/cell.h"

namespace jetmeter {
namespace {

constexpr std::string_view kGap = " · ";
constexpr Notation kMilliseconds{"ms", 2}, kFrames{"fps", 1}, kPairs{"pairs/s", 1}, kRate{"", 1};

using Parts = std::vector<std::string>;

// Absent numbers are passed over.
void add(Parts& parts, std::string_view format, const std::optional<double>& value) {
  if (value) parts.push_back(fmt::format(fmt::runtime(format), *value));
}

// With as many digits as it takes not to be 0.
void add(Parts& parts, std::string_view what, const std::optional<double>& value,
         const Notation& notation) {
  if (value) parts.push_back(fmt::format("{}{}", what, for_people(cell(value), notation)));
}

std::string late(const DeadlineRecord& deadline) {
  return fmt::format("{} of {} late ({:.1f} ms)", deadline.misses, deadline.frames,
                     deadline.period_ms);
}

// What was never begun cannot be late.
std::string dropped(const LoadRecord& load) {
  return fmt::format("{} of {} dropped", load.dropped, load.issued);
}

std::string found(const LoadRecord& load) {
  const auto text = for_people(cell(load.found_per_second), kRate) + " a second";
  if (!load.bound_held) return text + " held the bound in the search";
  if (*load.bound_held) return text + " hold the bound";
  return fmt::format("{} were found, but did not hold when measured: {}", text,
                     load.bound_reason.value_or("no reason was given"));
}

std::string needs(const Summary& summary) {
  Parts parts;
  for (const auto& percentile : summary.unsupported)
    parts.push_back(
        fmt::format("{} needs {} frames", percentile_name(percentile.name), percentile.needs));
  return fmt::format("{}; there were {}", fmt::join(parts, ", "), summary.n);
}

}  // namespace

std::string percentile_name(std::string_view name) {
  return name == "p999" ? "p99.9" : std::string(name);
}

std::string headline(const SlotRecord& slot) {
  Parts parts;
  if (slot.status != SlotStatus::completed)
    parts.push_back(slot.reason.empty() ? std::string(name(slot.status))
                                        : fmt::format("{}: {}", name(slot.status), slot.reason));
  add(parts, "", slot.throughput_fps, kFrames);
  add(parts, "p50 ", slot.latency_ms.p50, kMilliseconds);
  add(parts, "p99 ", slot.latency_ms.p99, kMilliseconds);
  if (slot.load && slot.load->found_per_second) parts.push_back(found(*slot.load));
  if (slot.accuracy) add(parts, "mAP50 {:.3f}", slot.accuracy->map50);
  if (slot.interference) add(parts, "{:.2f}x the latency alone", slot.interference->factor);
  if (slot.load && slot.load->dropped > 0) parts.push_back(dropped(*slot.load));
  if (slot.deadline && slot.deadline->frames > 0) parts.push_back(late(*slot.deadline));
  return fmt::format("{}", fmt::join(parts, kGap));
}

std::string when(const Record::Run& run) {
  return fmt::format("{}{}{}{}{}", run.verdict, kGap, format_utc(run.started), kGap,
                     format_duration(run.finished - run.started));
}

std::string machine_in_short(const Machine& machine) {
  Parts parts{machine.board ? machine.board->model : machine.cpu};
  for (const auto& gpu : machine.gpus) parts.push_back(gpu.name);
  const auto kind = machine.memory_architecture == MemoryArchitecture::unified ? "unified " : "";
  if (machine.memory_total_bytes)
    parts.push_back(fmt::format("{}memory {}", kind, format_bytes(*machine.memory_total_bytes)));
  if (machine.cores > 0) parts.push_back(fmt::format("{} cores", machine.cores));
  if (machine.power_mode) parts.push_back(*machine.power_mode);
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<std::string> pairs_in_words(const PairsRecord& pairs) {
  Parts made{fmt::format("{} pairs {}, run {}", pairs.pairs, pairs.rule,
                         pairs.schedule == "parallel" ? "in parallel" : "in turns")};
  add(made, "at most {:.1f} ms apart", pairs.max_offset_ms);
  if (pairs.unpaired_first + pairs.unpaired_second > 0)
    made.push_back(fmt::format("without a partner: {} of the first stream, {} of the second",
                               pairs.unpaired_first, pairs.unpaired_second));
  Parts speed;
  add(speed, "", pairs.throughput_pairs_per_second, kPairs);
  add(speed, "p50 ", pairs.latency_ms.p50, kMilliseconds);
  add(speed, "p99 ", pairs.latency_ms.p99, kMilliseconds);
  if (pairs.deadline) speed.push_back(late(*pairs.deadline));
  Parts out{fmt::format("{}", fmt::join(made, "; "))};
  if (!speed.empty()) out.push_back(fmt::format("{}", fmt::join(speed, kGap)));
  return out;
}

std::vector<std::string> unsupported_percentiles(const Record& record) {
  std::vector<std::string> out;
  for (const auto& slot : record.slots)
    if (slot.latency_ms.n > 0 && !slot.latency_ms.unsupported.empty())
      out.push_back(fmt::format("{}: {}", slot.name, needs(slot.latency_ms)));
  return out;
}

}  // namespace jetmeter
