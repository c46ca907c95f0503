// Runs every benchmark and prints ratios. The flags of google-benchmark are understood; with
// --benchmark_format or --benchmark_out its own reporters answer.
#include <algorithm>
#include <opencv2/core/utility.hpp>
#include <string_view>

#include "bench/versus.h"

int main(int argc, char** argv) {
  const bool wants_its_own = std::any_of(argv + 1, argv + argc, [](std::string_view argument) {
    return argument.starts_with("--benchmark_format") || argument.starts_with("--benchmark_out");
  });
  cv::setNumThreads(1);  // ours uses one thread as well

  // The two sides take turns, so that a slow moment of the machine falls on both. Defaults; what
  // is on the command line comes later and wins.
  std::vector<char*> arguments{argv[0]};
  char repetitions[] = "--benchmark_repetitions=9";
  char interleaving[] = "--benchmark_enable_random_interleaving=true";
  char least_time[] = "--benchmark_min_time=0.05";
  arguments.insert(arguments.end(), {repetitions, interleaving, least_time});
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
  if (wants_its_own) {
    benchmark::RunSpecifiedBenchmarks();
  } else {
    jetmeter::VersusReporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
  }
  benchmark::Shutdown();
  return 0;
}
