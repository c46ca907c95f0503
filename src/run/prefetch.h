// Decodes ahead of the inference on a thread of its own, into frames that are used again and
// again. The time that a frame took to decode is measured there and travels with it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "jetmeter/frames.h"

namespace jetmeter {

class Prefetcher {
 public:
  struct Options {
    std::int64_t limit = 0;             // frames; 0: until the source ends
    std::vector<std::int64_t> indices;  // only these frames, ascending; empty: all
    int depth = 3;                      // frames decoded ahead
  };
  struct Item {
    Frame frame;
    Nanoseconds acquire{0};
  };

  Prefetcher(FrameSource& source, const Clock& clock, Options);
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  // The next frame, which stays the caller's until give_back(). Null at the end or after an error.
  Item* take();
  void give_back(Item*);
  // Why the source was lost; absent when it ended well. REQUIRES: take() has returned null.
  std::optional<Error> error() const { return error_; }

 private:
  void decode();
  // Frames to pass over before the next wanted one; absent when no more are wanted.
  std::optional<std::int64_t> gap() const;
  Item* free_item();
  void hand_over(Item*);

  FrameSource& source_;
  const Clock& clock_;
  Options options_;
  std::vector<Item> items_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item*> free_, full_;
  bool ended_ = false, stopped_ = false;
  std::int64_t delivered_ = 0, position_ = 0;
  std::optional<Error> error_;
  std::thread thread_;
};

}  // namespace jetmeter
