// Can a verdict of `jetmeter compare` be believed here? Real runs of `jetmeter bench` on
// yolox_nano, in a row: each as it is (A) or with every inference held up by 3 % (B), in the order
// A B B A. Then all comparisons that a user could have made of them: one run against another, and
// rounds as --ab makes them, of the six pairs that follow each other. Every "faster" or "slower"
// between runs that are alike is wrong.
#include <chrono>
#include <map>

#include "bench/program_run.h"
#include "jetmeter/compare.h"

namespace {

using jetmeter::ComparedRun;
using jetmeter::CompareOptions;
using jetmeter::MetricComparison;
using jetmeter::Verdict;

constexpr std::size_t kRounds = 6;  // of --ab, unless another number is asked for
constexpr const char* kMetric = "latency_ms.p50";
constexpr double kSlowdown = 3;

struct Counts {
  std::map<Verdict, int> verdicts;
  int total = 0;

  void add(const std::vector<MetricComparison>& metrics) {
    for (const auto& metric : metrics) {
      if (metric.name != kMetric) continue;
      ++verdicts[metric.verdict];
      ++total;
    }
  }
  int operator[](Verdict verdict) const {
    const auto found = verdicts.find(verdict);
    return found == verdicts.end() ? 0 : found->second;
  }
};

void show(const char* what, const Counts& counts) {
  fmt::print("  {:<42} {:>5}: faster {}, slower {}, same {}, cannot tell {}\n", what, counts.total,
             counts[Verdict::faster], counts[Verdict::slower], counts[Verdict::same],
             counts[Verdict::cannot_tell]);
}

ComparedRun make_run(const std::filesystem::path& model, const std::filesystem::path& out,
                     bool slowed) {
  const auto command = fmt::format(
      "JETMETER_HISTORY=none '{}' bench '{}' --threads 1 {} --out '{}' -q >/dev/null", JM_PROGRAM,
      model.string(), slowed ? fmt::format("--inject-slowdown {}%", kSlowdown) : "", out.string());
  if (std::system(command.c_str()) != 0) throw std::runtime_error("this failed: " + command);
  auto run = jetmeter::read_compared_run(out);
  std::filesystem::remove_all(out);
  if (!run) throw std::runtime_error(run.error().what);
  return std::move(*run);
}

// What compare takes where nothing is said, of one run a side.
Counts single(const std::vector<ComparedRun>& a, const std::vector<ComparedRun>& b) {
  Counts counts;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) {
      if (&a == &b && j <= i) continue;
      const ComparedRun pair[] = {a[i], b[j]};
      const auto result = jetmeter::compare(pair, CompareOptions{.least_difference = 0.02});
      if (result) counts.add(result->comparisons.at(0).metrics);
    }
  return counts;
}

void add_rounds(Counts& counts, std::span<const ComparedRun> a, std::span<const ComparedRun> b) {
  const auto compared = jetmeter::compare_rounds(a, b, CompareOptions{});
  if (compared) counts.add(compared->metrics);
}

// The same as --ab makes it of two commands: round i of both sides follows each other.
Counts in_rounds(const std::vector<ComparedRun>& a, const std::vector<ComparedRun>& b) {
  Counts counts;
  for (std::size_t i = 0; i + kRounds <= a.size(); ++i)
    add_rounds(counts, std::span(a).subspan(i, kRounds), std::span(b).subspan(i, kRounds));
  return counts;
}

// Of runs that are alike: those that were made one after the other are the two of a round.
Counts in_rounds_alike(const std::vector<ComparedRun>& runs) {
  std::vector<ComparedRun> a, b;
  for (std::size_t i = 0; i + 1 < runs.size(); i += 2) {
    a.push_back(runs[i + i / 2 % 2]);
    b.push_back(runs[i + 1 - i / 2 % 2]);
  }
  return in_rounds(a, b);
}

}  // namespace

int main(int argc, char** argv) {
  const auto model = jetmeter::data_folder() / "models/detectors/yolox_nano_416.onnx";
  const int pairs = argc > 1 ? std::atoi(argv[1]) : 24;
  if (!std::filesystem::exists(model)) {
    fmt::print("verdicts: skipped, no '{}'; set JETMETER_DATA\n", model.string());
    return 0;
  }
  const auto out = std::filesystem::temp_directory_path() / "jetmeter-verdicts";
  std::filesystem::remove_all(out);
  std::vector<ComparedRun> a, b;
  for (int i = 0; i < pairs; ++i)
    for (const bool slowed : {i % 2 == 1, i % 2 == 0})
      (slowed ? b : a).push_back(make_run(model, out, slowed));
  fmt::print(
      "verdicts on {} of {} + {} real runs of bench on yolox_nano, 1 thread, default length, half "
      "of them held up by {} %\n",
      kMetric, a.size(), b.size(), kSlowdown);
  show("one run a side, alike", single(a, a));
  show("one run a side, alike (both held up)", single(b, b));
  show("one run a side, the second held up", single(a, b));
  show("--ab, alike", in_rounds_alike(a));
  show("--ab, alike (both held up)", in_rounds_alike(b));
  show("--ab, the second held up", in_rounds(a, b));
}
