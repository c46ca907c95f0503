// What is kept of a channel's readings, in bounded memory that is taken at construction.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "jetmeter/sampler.h"

namespace jetmeter {

class ChannelStats {
 public:
  explicit ChannelStats(std::size_t sample_size);

  void add(double value);
  // Fills the numbers of a report.
  void report(ChannelReport&) const;

 private:
  std::size_t sample_size_;
  std::int64_t n_ = 0;
  double mean_ = 0, min_ = 0, max_ = 0, latest_ = 0;
  std::vector<double> sample_;      // reservoir: every reading is in it with equal probability
  std::minstd_rand random_{20260};  // the same readings give the same sample
};

}  // namespace jetmeter
