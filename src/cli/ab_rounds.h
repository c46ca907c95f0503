// The pairs of runs of `compare --ab`, one after the other: of each only what the comparison needs.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "jetmeter/compare.h"

namespace jetmeter {

class AbRounds {
 public:
  explicit AbRounds(const CompareOptions& options) : options_(options) {}

  // Round `number`, from 1. Fails where its runs cannot be compared; they are left out then.
  Result<void> add(int number, ComparedRun a, ComparedRun b);
  bool empty() const { return rounds_.empty(); }
  // What differs between the sides in any round, and what changed from round to round. REQUIRES:
  // not empty.
  Result<CompareResult> compared() const;

 private:
  void list_differences(int number, const std::vector<Difference>&);
  void tell_what_changed(int number, ComparedRun a);

  CompareOptions options_;
  std::vector<ComparedRound> rounds_;
  std::vector<Difference> differences_;
  std::set<std::string> listed_;  // what differs
  std::vector<std::string> complaints_;
  std::optional<ComparedRun> before_;  // A of the last round, without its samples
};

}  // namespace jetmeter
