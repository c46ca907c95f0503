#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <random>

#include "jetmeter/graph.h"
#include "jetmeter/predict.h"
#include "predict/point_rates.h"
#include "predict/probes.h"

namespace jetmeter {
namespace {

using SteadyClock = std::chrono::steady_clock;

// What the calling thread has computed. A runtime with one thread computes on it, and so the load
// of other programs does not count; with several, only the time that passes can tell.
double now(int threads) {
  timespec time{};
  clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Measured in turns, so that what disturbs the machine for a while cannot spoil all of one.
constexpr int kTurns = 3;
constexpr int kFewestRuns = 4;
constexpr int kMostRuns = 400;
constexpr double kLeastDoubt = 0.15;
// Of a kernel's time, when its overhead is all but all of it.
constexpr double kLeastWork = 0.1;

struct RunTimes {
  std::vector<double> seconds;

  double least() const { return *std::ranges::min_element(seconds); }
  double middle() const {
    auto sorted = seconds;
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
  }
};

void fill(const TensorView& view, std::mt19937_64& engine) {
  if (view.type == ElementType::float32) {
    for (auto& value : view.as<float>())
      value = static_cast<float>(engine() >> 40) / static_cast<float>(1 << 24);
    return;
  }
  for (auto& byte : view.as<unsigned char>()) byte = static_cast<unsigned char>(engine() >> 56);
}

class Bench {
 public:
  Bench(const BackendChoice& backend, const CalibrationKey& key, const CalibrationOptions& options)
      : backend_(backend), options_(options) {
    load_.threads = key.threads;
    load_.device = key.device;
    load_.quiet = true;
  }

  // Adds the times of as many runs as fit.
  Result<void> measure(const Probe& probe, std::chrono::duration<double> budget,
                       RunTimes& times) const {
    const auto path = options_.folder / "probe.onnx";
    auto graph = probe.build();
    if (auto written = write_onnx(graph, path); !written) return written;
    auto model = load_model(backend_, path, load_, "");
    if (!model) return tl::make_unexpected(model.error());
    auto session = (*model)->open({});
    if (!session) return tl::make_unexpected(session.error());
    std::mt19937_64 engine(options_.seed);
    for (std::size_t i = 0; i < graph.graph.inputs.size(); ++i) fill((*session)->input(i), engine);
    if (auto first = (*session)->run(); !first) return first;
    const auto end = SteadyClock::now() + budget;
    for (int i = 0; i < kMostRuns && (i < kFewestRuns || SteadyClock::now() < end); ++i) {
      const auto begin = now(load_.threads);
      if (auto ran = (*session)->run(); !ran) return ran;
      times.seconds.push_back(now(load_.threads) - begin);
    }
    return {};
  }

 private:
  const BackendChoice& backend_;
  const CalibrationOptions& options_;
  LoadOptions load_;
};

struct Measured {
  Probe probe;
  RunTimes times;
};

Result<std::vector<Measured>> measure_all(const Bench& bench, const CalibrationOptions& options) {
  std::vector<Measured> all;
  all.push_back({empty_run_probe(), {}});
  all.push_back({overhead_probe(), {}});
  for (auto& probe : calibration_probes(options.seed)) all.push_back({std::move(probe), {}});
  const auto steps = all.size() * kTurns;
  const auto share =
      std::chrono::duration<double>(options.budget) / static_cast<double>(steps) * 0.7;
  for (std::size_t step = 0; step < steps; ++step) {
    auto& each = all[step % all.size()];
    if (options.watch && !options.watch(step, steps)) return fail("stopped");
    if (auto measured = bench.measure(each.probe, share, each.times); !measured)
      return fail(fmt::format("the micro model of {} could not be measured: {}",
                              each.probe.point.probe, measured.error().what));
  }
  return all;
}

// One kernel's own time, without what the run and the operator cost.
double kernel_seconds(const Measured& measured, const std::vector<Measured>& all,
                      const MachineCalibration& calibration) {
  const auto& probe = measured.probe;
  if (probe.without) {
    // The first two are the empty run and the overhead.
    const auto other = all[*probe.without + 2].times.least();
    return std::max((measured.times.least() - other) / probe.kernels,
                    measured.times.least() / probe.kernels * kLeastWork);
  }
  const auto whole =
      std::max(measured.times.least() - calibration.run_seconds, 0.0) / probe.kernels;
  return std::max(whole - calibration.overhead_seconds, whole * kLeastWork);
}

double middle_of(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// How far products are foretold by the others: each point from all but itself.
double doubt_of(const MachineCalibration& calibration) {
  std::vector<double> misses;
  for (std::size_t i = 0; i < calibration.points.size(); ++i) {
    const auto& point = calibration.points[i];
    if (point.k <= 0) continue;
    auto rest = calibration.points;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    const auto rate =
        product_rate(rest, point.probe, point.quantized, {point.m, point.n, point.k, point.ragged});
    if (rate) misses.push_back(std::abs(std::log(*rate * point.seconds / point.work)));
  }
  return std::max(kLeastDoubt, std::expm1(middle_of(std::move(misses))));
}

}  // namespace

CalibrationKey key_of(const MachineCalibration& calibration) {
  return {calibration.machine, calibration.backend, calibration.backend_version, calibration.device,
          calibration.threads};
}

Result<MachineCalibration> calibrate(const BackendChoice& backend, const CalibrationKey& key,
                                     const CalibrationOptions& options) {
  const Bench bench(backend, key, options);
  auto all = measure_all(bench, options);
  if (!all) return tl::make_unexpected(all.error());
  MachineCalibration calibration{key.machine, key.backend, key.backend_version, key.device,
                                 key.threads};
  const auto& run = (*all)[0];
  const auto& tiny = (*all)[1];
  calibration.run_seconds = run.times.least();
  calibration.overhead_seconds =
      std::max(tiny.times.least() - run.times.least(), 0.0) / tiny.probe.kernels;
  for (std::size_t i = 2; i < all->size(); ++i) {
    const auto& each = (*all)[i];
    auto point = each.probe.point;
    point.seconds = kernel_seconds(each, *all, calibration);
    point.spread = each.times.middle() / each.times.least() - 1;
    calibration.points.push_back(std::move(point));
  }
  calibration.doubt = doubt_of(calibration);
  return calibration;
}

}  // namespace jetmeter
