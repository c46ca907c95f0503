// Can a verdict of `jetmeter compare` be believed here? Real runs of `jetmeter bench` on
// yolox_nano: rounds of `compare --ab` of the program with itself, and with every inference of the
// second side held up by 3 %. Then all comparisons that a user could have made of them: one run
// against another, and dozens of rounds, drawn at random from those that were measured. Every
// "faster" or "slower" between runs that are alike is wrong.
#include <algorithm>
#include <map>
#include <numeric>
#include <random>

#include "bench/program_run.h"
#include "jetmeter/compare.h"

namespace {

using jetmeter::ComparedRun;
using jetmeter::CompareOptions;
using jetmeter::MetricComparison;
using jetmeter::Verdict;

constexpr std::size_t kRounds = 12;  // of --ab, unless another number is asked for
constexpr int kDrawn = 400;
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

struct Rounds {
  std::vector<ComparedRun> a, b;
};

Rounds measure(const std::filesystem::path& model, int count, const std::string& of_b,
               const std::string& how) {
  const auto out = std::filesystem::temp_directory_path() / "jetmeter-verdicts";
  std::filesystem::remove_all(out);
  const auto side = fmt::format("bench \"{}\" --threads 1", model.string());
  const auto command = fmt::format(
      "JETMETER_HISTORY=none '{}' compare --ab '{}' '{}{}' --rounds {} {} --out '{}' -q "
      ">/dev/null",
      JM_PROGRAM, side, side, of_b, count, how, out.string());
  if (std::system(command.c_str()) != 0) throw std::runtime_error("this failed: " + command);
  Rounds rounds;
  for (int round = 1; round <= count; ++round)
    for (const char name : {'a', 'b'}) {
      auto run = jetmeter::read_compared_run(out / "rounds" / fmt::format("{:02}-{}", round, name));
      if (!run) throw std::runtime_error(run.error().what);
      (name == 'a' ? rounds.a : rounds.b).push_back(std::move(*run));
    }
  std::filesystem::remove_all(out);
  return rounds;
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

Counts in_rounds(const Rounds& rounds) {
  std::vector<std::size_t> order(rounds.a.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937_64 random(1);
  Counts counts;
  for (int i = 0; i < kDrawn && order.size() >= kRounds; ++i) {
    std::ranges::shuffle(order, random);
    Rounds drawn;
    for (std::size_t k = 0; k < kRounds; ++k) {
      drawn.a.push_back(rounds.a[order[k]]);
      drawn.b.push_back(rounds.b[order[k]]);
    }
    const auto compared = jetmeter::compare_rounds(drawn.a, drawn.b, CompareOptions{});
    if (compared) counts.add(compared->metrics);
  }
  return counts;
}

// How far apart the two sides of a round were.
void show_spread(const char* what, const Rounds& rounds) {
  const auto all = jetmeter::compare_rounds(rounds.a, rounds.b, CompareOptions{});
  if (!all) return;
  for (const auto& metric : all->metrics)
    if (metric.name == kMetric && metric.ratio)
      fmt::print("  {:<42} ratio of {} rounds: {:.4f} ({:.0f} %: {:.4f} to {:.4f})\n", what,
                 rounds.a.size(), metric.ratio->mid, 100 * metric.ratio->confidence,
                 metric.ratio->low, metric.ratio->high);
}

}  // namespace

int main(int argc, char** argv) {
  const auto model = jetmeter::data_folder() / "models/detectors/yolox_nano_416.onnx";
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 36;
  if (!std::filesystem::exists(model)) {
    fmt::print("verdicts: skipped, no '{}'; set JETMETER_DATA\n", model.string());
    return 0;
  }
  const auto slowed = fmt::format(" --inject-slowdown {}%", kSlowdown);
  const auto alike = measure(model, rounds, "", ""), apart = measure(model, rounds, slowed, "");
  const auto whole = measure(model, std::max(rounds / 4, 4), slowed, "--whole-runs");
  fmt::print(
      "verdicts on {} of real runs of bench on yolox_nano, 1 thread, default length; held up: by "
      "{} %\n",
      kMetric, kSlowdown);
  show_spread("--ab, alike", alike);
  show_spread("--ab, the second held up", apart);
  show_spread("--ab --whole-runs, the second held up", whole);
  show("--ab, alike", in_rounds(alike));
  show("--ab, the second held up", in_rounds(apart));
  show("one run a side, alike", single(whole.a, whole.a));
  show("one run a side, alike (both held up)", single(whole.b, whole.b));
  show("one run a side, the second held up", single(whole.a, whole.b));
}
