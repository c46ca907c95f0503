#include "telemetry/channel_stats.h"

#include <algorithm>

#include "jetmeter/stats.h"

namespace jetmeter {
ChannelStats::ChannelStats(std::size_t sample_size) : sample_size_(sample_size) {
  sample_.reserve(sample_size);
}

void ChannelStats::add(double value) {
  latest_ = value;
  min_ = n_ == 0 ? value : std::min(min_, value);
  max_ = n_ == 0 ? value : std::max(max_, value);
  ++n_;
  mean_ += (value - mean_) / static_cast<double>(n_);
  if (sample_.size() < sample_size_) {
    sample_.push_back(value);
    return;
  }
  const auto place = std::uniform_int_distribution<std::int64_t>(0, n_ - 1)(random_);
  if (static_cast<std::size_t>(place) < sample_size_)
    sample_[static_cast<std::size_t>(place)] = value;
}

void ChannelStats::report(ChannelReport& report) const {
  report.n = n_;
  if (n_ == 0) return;
  report.mean = mean_;
  report.min = min_;
  report.max = max_;
  report.latest = latest_;
  if (n_ < samples_needed(0.95)) return;
  auto sorted = sample_;
  std::sort(sorted.begin(), sorted.end());
  report.p95 = quantile(sorted, 0.95);
}

}  // namespace jetmeter
