// PSS at every reading without walking the page table at every reading: a walk takes milliseconds.
// Pure: time, sizes and costs come in.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace jetmeter {

// What a process has resident. Only pages of files and of shared memory may be other processes' as
// well; where the kernel does not tell them apart, all may.
struct ResidentSize {
  std::uint64_t all_bytes = 0;
  std::uint64_t shareable_bytes = 0;
};

// Of one process. What of its shareable part is other processes' changes slowly: it is walked for
// again now and then, for a thousandth of the time, and for more once that part has moved - its own
// or that of another process under the same watch, which maps the same libraries and the same
// model. In between the others are taken to have the same share of the part as it is now. One that
// is starting maps its libraries one after the other; what was walked amid that says little of it
// afterwards.
class PssPace {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // Counts, for all processes of one watch, the times that anybody's shareable part moved.
  using Moves = std::atomic<std::uint64_t>;

  explicit PssPace(Moves& moves) : moves_(moves) {}

  // From the last walk; absent when it is time for the next.
  std::optional<std::uint64_t> pss(const ResidentSize&, Time now) const;
  // What a walk that ended at `now` has found; `cost` is the CPU time that it took.
  void walked(const ResidentSize&, std::uint64_t walked_rss, std::optional<std::uint64_t> pss,
              Time now, std::chrono::nanoseconds cost);

 private:
  int pause(const ResidentSize&) const;
  std::optional<std::uint64_t> others_now(const ResidentSize&) const;
  std::uint64_t moved(const ResidentSize&) const;

  Moves& moves_;
  std::uint64_t moves_seen_ = 0;
  std::uint64_t rss_ = 0, shareable_ = 0;
  std::optional<std::uint64_t> others_;
  Time walked_at_{};
  std::chrono::nanoseconds cost_{};
};

}  // namespace jetmeter
