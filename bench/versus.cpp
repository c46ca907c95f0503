#include "bench/versus.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>

#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

std::string readable(double seconds) {
  if (seconds < 1e-6) return fmt::format("{:.1f} ns", seconds * 1e9);
  if (seconds < 1e-3) return fmt::format("{:.1f} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.2f} ms", seconds * 1e3);
  return fmt::format("{:.2f} s", seconds);
}

std::optional<double> median(std::vector<double> seconds) {
  if (seconds.empty()) return std::nullopt;
  std::sort(seconds.begin(), seconds.end());
  return quantile(seconds, 0.5);
}

std::string cell(const std::optional<double>& seconds) {
  return seconds ? readable(*seconds) : "-";
}

}  // namespace

bool VersusReporter::ReportContext(const Context&) {
  return true;
}

void VersusReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const auto& run : runs) {
    const auto name = run.run_name.function_name;
    if (run.error_occurred) {
      fmt::print(GetErrorStream(), "{}: {}\n", name, run.error_message);
      continue;
    }
    if (run.run_type != Run::RT_Iteration) continue;
    const auto slash = name.rfind('/');
    auto& job = jobs_[name.substr(0, slash)];
    auto& seconds = name.substr(slash + 1) == "theirs" ? job.theirs_seconds : job.ours_seconds;
    seconds.push_back(run.cpu_accumulated_time / static_cast<double>(run.iterations));
  }
}

void VersusReporter::Finalize() {
  auto& out = GetOutputStream();
  fmt::print(out, "{:<46}|{:>11} |{:>11} |{:>8}\n", "CPU time, median of the repetitions", "ours",
             "theirs", "ratio");
  fmt::print(out, "{:-<46}+{:->12}+{:->12}+{:->8}\n", "", "", "", "");
  for (const auto& [name, job] : jobs_) {
    const auto ours = median(job.ours_seconds), theirs = median(job.theirs_seconds);
    const auto ratio = ours && theirs ? fmt::format("{:.1f}x", *theirs / *ours) : "-";
    fmt::print(out, "{:<46}|{:>11} |{:>11} |{:>8}\n", name, cell(ours), cell(theirs), ratio);
  }
}

}  // namespace jetmeter
