// Looks on while a trial of a search runs, and ends it once its bound is lost whatever follows.
#pragma once

#include <atomic>
#include <vector>

#include "jetmeter/load.h"

namespace jetmeter {

// Any thread.
class TrialWatch {
 public:
  // `asked`: somebody wants the trial to end, which ends it as well; null: nobody can.
  TrialWatch(const RateBound& bound, RateAllowance allowed, const std::atomic<bool>* asked)
      : bound_(bound), allowed_(allowed), asked_(asked) {}

  void saw(const LoadSample&);
  // Whether somebody asked by now.
  void look();
  const std::atomic<bool>& ends() const { return ends_; }
  bool lost() const { return lost_; }
  const RateAllowance& allowed() const { return allowed_; }

 private:
  RateBound bound_;
  RateAllowance allowed_;
  const std::atomic<bool>* asked_;
  std::atomic<std::int64_t> seen_{0}, over_{0}, dropped_{0};
  std::atomic<bool> ends_{false}, lost_{false};
};

// Keeps the samples of one lane, and shows them.
class WatchedSamples final : public LoadSink {
 public:
  explicit WatchedSamples(TrialWatch& watch) : watch_(watch) {}
  void add(const LoadSample& sample) override {
    samples.push_back(sample);
    watch_.saw(sample);
  }
  std::vector<LoadSample> samples;

 private:
  TrialWatch& watch_;
};

}  // namespace jetmeter
