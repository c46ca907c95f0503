// PSS at every reading without walking the page table at every reading: a walk takes milliseconds.
// Pure: time, sizes, costs and what else happens on the machine come in.
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

// Of one process. What of its shareable part is other processes' is walked for again now and then,
// for a four-thousandth of the time; in between the others are taken to have the same share of the
// part as it is now. That stops being true when the part moves - its own, or that of another
// process under the same watch, which maps the same libraries and the same model - and while
// processes come and go on the machine, which map and unmap them: then it is walked for as often as
// a purse allows that fills by a two-thousandth of the time, so that a machine on which something
// always starts costs no more than that. One that is starting itself maps its libraries one after
// the other; what was walked amid that says little of it afterwards.
class PssPace {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // Counts, for all processes of one watch, the times that anybody's shareable part moved.
  using Moves = std::atomic<std::uint64_t>;
  // Something that mostly changes when a process of the machine starts or ends: how many tasks
  // there are. One that ends as another comes, between two readings, is not seen.
  using Census = std::uint64_t;

  explicit PssPace(Moves& moves) : moves_(moves) {}

  // Takes note of who is there. Before pss(), at every reading.
  void see(Census, Time now);
  // From the last walk; absent when it is time for the next.
  std::optional<std::uint64_t> pss(const ResidentSize&, Time now) const;
  // What a walk that ended at `now` has found; `cost` is the CPU time that it took.
  void walked(const ResidentSize&, std::uint64_t walked_rss, std::optional<std::uint64_t> pss,
              Time now, std::chrono::nanoseconds cost);

 private:
  bool is_due(const ResidentSize&, Time now) const;
  bool is_stirred(Time now) const;
  bool grows(const ResidentSize&) const;
  double purse(Time now) const;
  std::optional<std::uint64_t> others_now(const ResidentSize&) const;
  std::uint64_t moved(const ResidentSize&) const;

  Moves& moves_;
  std::uint64_t moves_seen_ = 0;
  std::uint64_t rss_ = 0, shareable_ = 0, largest_shareable_ = 0;
  std::optional<std::uint64_t> others_;
  std::optional<Census> census_;
  std::optional<Time> stirred_at_;  // the census changed last
  Time stir_began_{};               // with the first of its changes that lay close together
  Time walked_at_{};
  std::chrono::nanoseconds cost_{};
  double purse_walks_ = 0;  // left after the last walk
};

}  // namespace jetmeter
