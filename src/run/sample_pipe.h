// Takes the samples of one lane to the supervisor. Batches of at most a millisecond: after an
// inference that took longer, its sample is in the pipe, and survives what happens next.
#pragma once

#include <mutex>
#include <vector>

#include "jetmeter/load.h"
#include "run/wire.h"

namespace jetmeter {

// The lanes of a worker write into one pipe.
struct SharedWriter {
  MessageWriter& out;
  std::mutex mutex;
};

class SamplePipe final : public LoadSink {
 public:
  explicit SamplePipe(SharedWriter& out) : out_(out) { batch_.reserve(kMost); }
  void add(const LoadSample&) override;
  void flush();
  // False when the supervisor is gone.
  bool heard() const { return heard_; }

 private:
  static constexpr std::size_t kMost = 512;
  SharedWriter& out_;
  std::vector<LoadSample> batch_;
  std::int64_t flushed_ns_ = 0;
  bool heard_ = true;
};

// Keeps them: for trials and rounds whose samples nobody else needs.
class SampleList final : public LoadSink {
 public:
  void add(const LoadSample& sample) override { samples.push_back(sample); }
  std::vector<LoadSample> samples;
};

}  // namespace jetmeter
