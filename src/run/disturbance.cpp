#include "run/disturbance.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "run/disturbance_detectors.h"

namespace jetmeter {
namespace {

constexpr double kMillisecond = 1e6;         // in nanoseconds
constexpr std::size_t kFewestOfAMedian = 5;  // fewer say nothing of a difference

TimeSpan span_of(const FrameSample& frame) {
  return {Nanoseconds(frame.started_ns), Nanoseconds(frame.started_ns + frame.latency_ns)};
}

bool touches(const TimeSpans& spans, const FrameSample& frame) {
  const auto time = span_of(frame);
  const auto next = std::ranges::upper_bound(spans, time.from, {}, &TimeSpan::to);
  return next != spans.end() && next->overlaps(time);
}

std::optional<double> median_ms(std::vector<double> latencies) {
  return latencies.size() >= kFewestOfAMedian ? median_of(std::move(latencies)) : std::nullopt;
}

DisturbanceRecord record_for(const Disturbance& disturbance, const SlotFrames& slot) {
  DisturbanceRecord record;
  record.code = disturbance.code;
  record.message = disturbance.message;
  record.slot = slot.name;
  record.frames = static_cast<std::int64_t>(slot.frames.size());
  if (!disturbance.when) return record;
  std::vector<double> touched, others;
  for (const auto& frame : slot.frames)
    (touches(*disturbance.when, frame) ? touched : others)
        .push_back(static_cast<double>(frame.latency_ns) / kMillisecond);
  record.frames_touched = static_cast<std::int64_t>(touched.size());
  record.seconds = total_seconds(clipped(*disturbance.when, *slot.measured()));
  record.p50_touched_ms = median_ms(std::move(touched));
  record.p50_untouched_ms = median_ms(std::move(others));
  if (!record.p50_touched_ms || !record.p50_untouched_ms) {
    record.p50_touched_ms.reset();
    record.p50_untouched_ms.reset();
  }
  return record;
}

std::string in_words(const DisturbanceRecord& record) {
  if (!record.frames_touched)
    return fmt::format("nobody knows which of {}'s {} frames it touched", record.slot,
                       record.frames);
  auto text = *record.frames_touched == record.frames
                  ? fmt::format("all {} frames of {}", record.frames, record.slot)
                  : fmt::format("{} of the {} frames of {}", *record.frames_touched, record.frames,
                                record.slot);
  if (record.p50_touched_ms)
    text += fmt::format(", p50 {:.2f} ms in them and {:.2f} ms in the others",
                        *record.p50_touched_ms, *record.p50_untouched_ms);
  return text;
}

}  // namespace

std::optional<TimeSpan> SlotFrames::measured() const {
  if (frames.empty()) return std::nullopt;
  return TimeSpan{span_of(frames.front()).from, span_of(frames.back()).to};
}

std::optional<TimeSpan> DisturbanceFacts::measured() const {
  std::optional<TimeSpan> all;
  for (const auto& slot : slots) {
    const auto time = slot.measured();
    if (!time) continue;
    all = all ? TimeSpan{std::min(all->from, time->from), std::max(all->to, time->to)} : *time;
  }
  return all;
}

std::vector<std::string> DisturbanceFacts::gpus() const {
  std::set<std::string> gpus;
  for (const auto& slot : slots)
    if (!slot.frames.empty() && !slot.gpu.empty()) gpus.insert(slot.gpu);
  return {gpus.begin(), gpus.end()};
}

bool concerns(const Disturbance& disturbance, const SlotFrames& slot) {
  return !slot.frames.empty() && (disturbance.gpu.empty() || disturbance.gpu == slot.gpu);
}

std::vector<Disturbance> find_disturbances(const DisturbanceFacts& facts) {
  Disturbances found;
  if (!facts.measured()) return found;
  if (!facts.in_turns) {
    detect_other_cpu_load(facts, found);
    detect_other_gpu_users(facts, found);
  }
  detect_memory_shortage(facts, found);
  detect_throttling(facts, found);
  detect_clocks(facts, found);
  std::erase_if(found, [&](const auto& each) { return disturbance_records(each, facts).empty(); });
  return found;
}

std::vector<DisturbanceRecord> disturbance_records(const Disturbance& disturbance,
                                                   const DisturbanceFacts& facts) {
  std::vector<DisturbanceRecord> records;
  for (const auto& slot : facts.slots) {
    if (!concerns(disturbance, slot)) continue;
    auto record = record_for(disturbance, slot);
    if (record.frames_touched != 0) records.push_back(std::move(record));
  }
  return records;
}

Warning warning_of(const Disturbance& disturbance, const DisturbanceFacts& facts) {
  const auto records = disturbance_records(disturbance, facts);
  std::vector<std::string> words;
  for (const auto& record : records) words.push_back(in_words(record));
  return {disturbance.code,
          words.empty() ? disturbance.message
                        : fmt::format("{}; {}", disturbance.message, fmt::join(words, "; ")),
          disturbance.advice, records.size() == 1 ? records.front().slot : ""};
}

}  // namespace jetmeter
