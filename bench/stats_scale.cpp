// Time and memory of a summary of three million samples, beside what they take themselves.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <random>
#include <vector>

#include "jetmeter/stats.h"

namespace {

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
}

}  // namespace

int main() {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> latency(2.3, 0.05);
  std::vector<double> samples(3'000'000);
  for (double& x : samples) x = latency(random);
  const double before = peak_megabytes();
  const auto start = std::chrono::steady_clock::now();
  const auto summary = jetmeter::summarise(samples);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print("{} samples: p50 {:.4f}, p99.9 {:.4f}; {:.3f} s, {:.1f} MB beside the samples\n",
             summary.n, summary.p50.value(), summary.p999.value(), took.count(),
             peak_megabytes() - before);
}
