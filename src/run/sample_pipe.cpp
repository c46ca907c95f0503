#include "run/sample_pipe.h"

namespace jetmeter {

void SamplePipe::add(const LoadSample& sample) {
  constexpr std::int64_t kLongestNs = 1'000'000;
  batch_.push_back(sample);
  if (batch_.size() < kMost && sample.ended_ns - flushed_ns_ < kLongestNs) return;
  flush();
  flushed_ns_ = sample.ended_ns;
}

void SamplePipe::flush() {
  if (batch_.empty()) return;
  const std::scoped_lock lock(out_.mutex);
  heard_ = out_.out.send_samples(batch_);
  batch_.clear();
}

}  // namespace jetmeter
