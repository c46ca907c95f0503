#include "compare/check_samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace jetmeter {
namespace {

// Both come from the same nanoseconds; a record may have been written with fewer digits.
bool is_near(double x, double y) {
  constexpr double kDigits = 1e-6, kNanosecond = 1e-6;  // ms
  return std::abs(x - y) <= kDigits * std::max(std::abs(x), std::abs(y)) + kNanosecond;
}

std::vector<double> latencies_of(const SlotSamples& samples) {
  const auto found = samples.find("latency_ms");
  if (found == samples.end()) return {};
  auto values = found->second;
  std::erase_if(values, [](double x) { return !std::isfinite(x); });
  std::ranges::sort(values);
  return values;
}

// Whether samples that are missing, all below or all above the others, leave such a median.
bool may_have_median(double median, const std::vector<double>& sorted, std::size_t missing) {
  const auto n = sorted.size() + missing;
  const auto lower = (n - 1) / 2, upper = n / 2;
  const bool low_enough = upper >= sorted.size() || median <= sorted[upper];
  const bool high_enough = lower < missing || median >= sorted[lower - missing];
  return (low_enough || is_near(median, sorted[upper])) &&
         (high_enough || is_near(median, sorted[lower - missing]));
}

std::string other_value(const char* what, double of_samples, double of_record) {
  return fmt::format(
      "the {} of its latencies in frames.jsonl is {:.4g} ms where report.json has "
      "{:.4g} ms",
      what, of_samples, of_record);
}

// Empty: the record may have been made of these.
std::string disagreement(const Summary& record, const std::vector<double>& sorted, bool bad_lines) {
  const auto count = static_cast<std::int64_t>(sorted.size());
  if (count > record.n || (count < record.n && bad_lines))
    return fmt::format("frames.jsonl has {} of its latencies where report.json has {}", count,
                       record.n);
  if (sorted.empty()) return "";
  const auto missing = static_cast<std::size_t>(record.n - count);
  if (missing > 0) {
    const bool possible = !record.p50 || may_have_median(*record.p50, sorted, missing);
    return possible ? "" : other_value("median", quantile(sorted, 0.5), *record.p50);
  }
  const auto own = summarise(sorted);
  if (record.p50 && own.p50 && !is_near(*record.p50, *own.p50))
    return other_value("median", *own.p50, *record.p50);
  if (record.mean && own.mean && !is_near(*record.mean, *own.mean))
    return other_value("mean", *own.mean, *record.mean);
  return "";
}

void check_slot(ComparedRun& run, const SlotRecord& slot, bool bad_lines) {
  const auto samples = run.samples.find(slot.name);
  if (samples == run.samples.end()) return;
  const auto latencies = latencies_of(samples->second);
  const auto why = disagreement(slot.latency_ms, latencies, bad_lines);
  if (!why.empty()) {
    run.complaints.push_back(fmt::format("{}: {}; nothing rests on them", slot.name, why));
    run.refuted[slot.name] = why;
    run.samples.erase(samples);
  } else if (static_cast<std::int64_t>(latencies.size()) < slot.latency_ms.n) {
    run.complaints.push_back(fmt::format("{}: frames.jsonl breaks off after {} of {} latencies",
                                         slot.name, latencies.size(), slot.latency_ms.n));
  }
}

}  // namespace

void check_samples(ComparedRun& run, const FrameFile& file) {
  if (file.bad > 0)
    run.complaints.push_back(
        fmt::format("{} of the {} lines of frames.jsonl {}, the first is line {}", file.bad,
                    file.lines, file.bad == 1 ? "is no frame" : "are no frames", file.first_bad));
  for (const auto& slot : run.record.slots) check_slot(run, slot, file.bad > 0);
}

std::vector<std::string> complaints_of(std::span<const ComparedRun> runs) {
  std::vector<std::string> all;
  for (const auto& run : runs)
    for (const auto& complaint : run.complaints)
      all.push_back(fmt::format("{}: {}", run.name, complaint));
  return all;
}

}  // namespace jetmeter
