// What offering work costs: the measuring loop around a task that does nothing, beside what LoadGen
// takes, and how exactly a Poisson schedule of 20 000 requests a second is kept here.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "jetmeter/backend.h"
#include "jetmeter/load.h"
#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

constexpr double kLoadGenLoopNs = 1560;  // its single-stream loop around a system that does nothing

class IdleTask final : public Task {
 public:
  Result<void> run(StageTimes&) override { return {}; }
};

class SampleStore final : public LoadSink {
 public:
  explicit SampleStore(std::size_t most) { samples.reserve(most); }
  void add(const LoadSample& sample) override { samples.push_back(sample); }
  std::vector<LoadSample> samples;
};

LoadOutcome run(const Scenario& scenario, const StopRules& rules, SampleStore& store) {
  IdleTask task;
  Task* const tasks[] = {&task};
  LoadSink* const sinks[] = {&store};
  auto outcome = run_load(scenario, rules, tasks, sinks, {});
  if (!outcome) {
    fmt::print(stderr, "jm_load_figures: {}\n", outcome.error().what);
    std::exit(1);
  }
  return *outcome;
}

void show_loop() {
  std::vector<double> loops;
  LoopOverhead overhead;
  for (int round = 0; round < 9; ++round) {
    overhead = measure_loop_overhead();
    loops.push_back(overhead.per_iteration_ns);
  }
  std::ranges::sort(loops);
  const double ours = quantile(loops, 0.5);
  fmt::print(
      "the loop of 'single' around a task that does nothing, samples kept in memory, median of {} "
      "rounds\n"
      "  {:.0f} ns an iteration ({:.0f} to {:.0f}), two clock readings of {:.1f} ns among them;\n"
      "  LoadGen's single-stream loop, measured elsewhere and not in this run, about {:.0f} ns: "
      "{:.1f} times as much\n",
      loops.size(), ours, loops.front(), loops.back(), overhead.clock_ns, kLoadGenLoopNs,
      kLoadGenLoopNs / ours);
}

// The same loop around an inference of the reference backend that computes nothing.
class NoInference final : public Task {
 public:
  explicit NoInference(Session& session) : session_(session) {}
  Result<void> run(StageTimes&) override { return session_.run(); }

 private:
  Session& session_;
};

void show_reference_loop() {
  const auto file = std::filesystem::temp_directory_path() / "jetmeter-noop.ref";
  std::ofstream(file) << R"({"inputs": [{"name": "x", "type": "float32", "shape": [1]}],
    "outputs": [{"name": "y", "type": "float32", "shape": [1]}], "behaviour": "noop"})";
  const auto model = load_model(choose_backend("reference", file).value(), file, {});
  const auto session = model.value()->open({}).value();
  std::filesystem::remove(file);
  constexpr std::int64_t kCount = 1'000'000;
  std::vector<double> loops;
  for (int round = 0; round < 5; ++round) {
    SampleStore store(kCount);
    NoInference task(*session);
    Task* const tasks[] = {&task};
    LoadSink* const sinks[] = {&store};
    const StopRules rules{.min_time = {}, .min_count = kCount, .max_count = kCount};
    const auto outcome = run_load({}, rules, tasks, sinks, {}).value();
    loops.push_back(static_cast<double>((outcome.ended - outcome.began).count()) / kCount);
  }
  std::ranges::sort(loops);
  fmt::print(
      "the same around the reference backend's no-op model, samples kept\n"
      "  {:.0f} ns an iteration ({:.0f} to {:.0f})\n",
      quantile(loops, 0.5), loops.front(), loops.back());
}

void show_median_look() {
  constexpr std::int64_t kSamples = 200'000;
  StopRules rules{.min_time = Nanoseconds(0), .min_count = kSamples, .max_count = kSamples};
  SampleStore store(kSamples);
  const auto without = run({}, rules, store);
  store.samples.clear();
  rules.median_within_percent = 1e-9;  // never met: one look at the minimum, one for the report
  rules.max_count = kSamples + 1;
  const auto began = system_clock().monotonic();
  run({}, rules, store);
  const auto took = system_clock().monotonic() - began - (without.ended - without.began);
  fmt::print("a look at the median of {} samples\n  {:.2f} us a thousand samples\n", kSamples,
             static_cast<double>(took.count()) / 2 / static_cast<double>(kSamples));
}

void show_poisson() {
  constexpr double kPerSecond = 20'000;
  SampleStore store(200'000);
  const auto outcome =
      run({.kind = ScenarioKind::poisson, .per_second = kPerSecond, .seed = 1},
          {.min_time = std::chrono::seconds(5), .max_time = std::chrono::seconds(6)}, store);
  std::vector<double> late_us;
  for (const auto& sample : store.samples)
    late_us.push_back(static_cast<double>(sample.lateness_ns()) / 1e3);
  std::ranges::sort(late_us);
  const double seconds = std::chrono::duration<double>(outcome.ended - outcome.began).count();
  fmt::print(
      "Poisson, {:.0f} requests a second, a task that does nothing, seed 1\n"
      "  {} requests in {:.2f} s: {:.0f} a second\n"
      "  begun after their time by {:.2f} us (median), {:.1f} us (p90), {:.0f} us (p99), {:.0f} us "
      "(most)\n"
      "  {} were waited for; {:.2f} % of them began more than 50 us late\n"
      "  {}\n",
      kPerSecond, outcome.done, seconds, static_cast<double>(outcome.done) / seconds,
      quantile(late_us, 0.5), quantile(late_us, 0.9), quantile(late_us, 0.99), late_us.back(),
      outcome.awaited,
      100 * static_cast<double>(outcome.generator_late) /
          static_cast<double>(std::max<std::int64_t>(1, outcome.awaited)),
      outcome.waiting);
}

}  // namespace
}  // namespace jetmeter

int main() {
  jetmeter::show_loop();
  jetmeter::show_reference_loop();
  jetmeter::show_poisson();
  jetmeter::show_median_look();
}
