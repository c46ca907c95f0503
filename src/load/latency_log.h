#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>

namespace jetmeter {

// The latencies of one lane, kept for a look at their median while the lane goes on: one thread
// writes, any thread reads what is complete. Memory is reserved and not touched before it is used.
class LatencyLog {
 public:
  struct Entry {
    std::int64_t ended_ns, latency_ns;  // without initialisers: nobody touches what is unused
  };
  static constexpr std::int64_t kMost = 8'000'000;  // 128 MB; what comes after is not looked at

  explicit LatencyLog(std::int64_t most)
      : capacity_(std::min(most, kMost)),
        entries_(std::make_unique_for_overwrite<Entry[]>(static_cast<std::size_t>(capacity_))) {}

  void add(Entry entry) {
    const auto at = size_.load(std::memory_order_relaxed);
    if (at == capacity_) return;
    entries_[static_cast<std::size_t>(at)] = entry;
    size_.store(at + 1, std::memory_order_release);
  }
  std::int64_t size() const { return size_.load(std::memory_order_acquire); }
  const Entry* data() const { return entries_.get(); }

 private:
  std::int64_t capacity_;
  std::unique_ptr<Entry[]> entries_;
  std::atomic<std::int64_t> size_{0};
};

}  // namespace jetmeter
