// Two ways to do one job, side by side. A benchmark is named "<job>/ours" or "<job>/theirs".
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

namespace jetmeter {

// Shows nothing while it runs; at the end a table with the medians over the repetitions and, per
// job, how many times longer theirs takes. It is the CPU's time: every job keeps to one thread, and
// what else the machine does is not counted.
class VersusReporter final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override;
  void ReportRuns(const std::vector<Run>&) override;
  void Finalize() override;

 private:
  struct Job {
    std::vector<double> ours_seconds, theirs_seconds;
  };
  std::map<std::string, Job> jobs_;
};

}  // namespace jetmeter
