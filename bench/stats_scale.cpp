// Time and memory of all that the report says of three million samples, beside what they take
// themselves: of samples that know nothing of each other, or with an argument, of any kind, of
// samples that remember long. One at a time: the peak of a process does not fall.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <random>
#include <string_view>
#include <vector>

#include "run/results.h"

namespace jetmeter {
namespace {

constexpr std::size_t kSamples = 3'000'000;

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
}

// Of a load without a pause: first-order autoregressive about 10 ms, with 5 % scatter.
SlotData loaded(double phi) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  SlotData slot;
  slot.spec.name = "model";
  slot.spec.bench.emplace();
  slot.bench.emplace();
  slot.bench->load.scenario = "single";
  slot.status = SlotStatus::completed;
  slot.measure.samples.reserve(kSamples);
  double state = normal(random);
  std::int64_t now = 0;
  for (std::size_t i = 0; i < kSamples; ++i) {
    FrameSample sample;
    sample.index = static_cast<std::int64_t>(i);
    sample.started_ns = sample.began_ns = now;
    sample.latency_ns = std::llround(1e7 * std::exp(0.05 * state));
    sample.stages.set(Stage::compute, Nanoseconds(sample.latency_ns - 500));
    slot.measure.samples.push_back(sample);
    now += sample.latency_ns + 200;
    state = phi * state + std::sqrt(1 - phi * phi) * normal(random);
  }
  slot.measure.report.emplace();
  slot.measure.report->wall_ns = now;
  return slot;
}

// The percentiles, the mean and the extremes alone.
void show_summary(const SlotData& slot, double before) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<double> ms;
  ms.reserve(slot.measure.samples.size());
  for (const auto& sample : slot.measure.samples)
    ms.push_back(static_cast<double>(sample.latency_ns) / 1e6);
  const auto summary = summarise(ms);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print("  their summary (p99.9 {:.4f}): {:.3f} s, {:.1f} MB\n", summary.p999.value(),
             took.count(), peak_megabytes() - before);
}

void show(std::string_view what, double phi) {
  const auto slot = loaded(phi);
  const double before = peak_megabytes();
  show_summary(slot, before);
  const auto start = std::chrono::steady_clock::now();
  const auto record = slot_record(slot, std::nullopt);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print(
      "{} samples {}: p50 {:.4f}, p99.9 {:.4f}, worth {:.0f}\n"
      "  all that the report says of them: {:.3f} s, {:.1f} MB beside the samples\n",
      record.frames, what, record.latency_ms.p50.value(), record.latency_ms.p999.value(),
      record.statistics->effective_n.value(), took.count(), peak_megabytes() - before);
}

}  // namespace
}  // namespace jetmeter

int main(int argc, char**) {
  if (argc > 1)
    jetmeter::show("that remember 20 000 of them", 0.9999);
  else
    jetmeter::show("that know nothing of each other", 0);
}
