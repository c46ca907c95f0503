// `compare --ab`: two command lines run in turn, A B B A A B B A …, so that what drifts meets both
// alike; loads that allow it at the same time, a few inferences of one, a few of the other.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/terminal.h"
#include "jetmeter/compare.h"

namespace jetmeter {

// The verdicts' intervals stand between order statistics: of 12 ratios, at 99 %, between the second
// and the second to last, so that one odd round on either side spoils nothing.
inline constexpr int kUsualRounds = 12;

struct AbRequest {
  std::string a, b;  // as typed: "detect --model0 a.onnx --source s"
  int rounds = kUsualRounds;
  bool whole_runs = false;    // one run after the other, also of loads that could take turns
  std::filesystem::path out;  // must be absent or empty
};

struct AbOutcome {
  CompareResult result;  // no comparison: no round was complete
  int failed = 0;        // rounds
  bool in_turn = false;  // both sides of a round at the same time
  bool interrupted = false;
  bool unwritten = false;  // compare.json or compare.md is not whole, which was told
};

// Fails on a wrong request, also one that only a side's first run finds. Every run is kept, in
// rounds/01-a and so on, its output beside it; the comparison as compare.json and compare.md.
Result<AbOutcome> run_ab(const AbRequest&, const CompareOptions&, Terminal&);

// The words of a side, checked. Pure.
Result<std::vector<std::string>> ab_words(const std::string& side, const std::string& typed);
// Which side goes at place 0 or 1 of a round, counted from 0. Pure.
char ab_side(int round, int place);

}  // namespace jetmeter
