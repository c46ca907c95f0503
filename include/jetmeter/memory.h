// Where memory is, so that it cannot be added up wrongly. A pool exists once: DRAM, the memory of
// one discrete GPU. A view is a part of one pool as somebody sees it: a process, a driver, a
// cache. Amounts of pools may be summed; an amount of a view cannot be added to anything.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/machine.h"
#include "jetmeter/processes.h"
#include "jetmeter/swap.h"

namespace jetmeter {

// Bytes of whole pools.
class PoolBytes {
 public:
  constexpr PoolBytes() = default;
  constexpr explicit PoolBytes(std::uint64_t bytes) : bytes_(bytes) {}
  constexpr std::uint64_t bytes() const { return bytes_; }
  friend constexpr PoolBytes operator+(PoolBytes a, PoolBytes b) {
    return PoolBytes(a.bytes_ + b.bytes_);
  }
  friend constexpr auto operator<=>(PoolBytes, PoolBytes) = default;

 private:
  std::uint64_t bytes_ = 0;
};

// Bytes of a part of a pool. There is no operator+.
class ViewBytes {
 public:
  constexpr ViewBytes() = default;
  constexpr explicit ViewBytes(std::uint64_t bytes) : bytes_(bytes) {}
  constexpr std::uint64_t bytes() const { return bytes_; }
  friend constexpr auto operator<=>(ViewBytes, ViewBytes) = default;

 private:
  std::uint64_t bytes_ = 0;
};

struct Pool {
  std::string name;  // "DRAM", "RAM", "VRAM 0"
  PoolBytes total;
  std::optional<PoolBytes> available;  // what can be had without swapping
};

struct View {
  std::string name;                     // "page cache", "NvMap (GPU)", "process 812"
  std::optional<std::size_t> pool = 0;  // index of the pool that it is a part of; absent: of none
  ViewBytes amount;
  std::string note;  // "given back when needed"; may be empty
};

struct Ledger {
  MemoryArchitecture architecture = MemoryArchitecture::host;
  std::vector<Pool> pools;
  std::vector<View> views;  // they overlap; never a sum
  SwapPlace swap = SwapPlace::unknown;

  PoolBytes total() const;
  // Share of the first pool, in [0, 1]; absent where the kernel does not tell.
  std::optional<double> available_share() const;
};
inline constexpr std::string_view kPageCacheView = "page cache";
// What of it the kernel gives back: all, or on one that does not tell shared memory apart, a rest.
inline constexpr std::string_view kPageCacheNote = "given back when needed";
inline constexpr std::string_view kSharedCacheNote =
    "shared memory included, the rest is given back";

// What Tegra's allocator of memory for its engines holds: as /proc/meminfo has it, or as the
// driver's own list, which is for root, has it.
inline constexpr std::string_view kNvmapView = "NvMap (GPU)";
inline constexpr std::string_view kNvmapNote = "a part of the DRAM, not beside it";
inline constexpr std::string_view kNvmapListNote = "a part of the DRAM, as nvmap tells";

// What is swapped out is a part of no pool, in zram neither: what it takes there, compressed, is a
// view of its own.
Ledger read_ledger(const Host&, MemoryArchitecture);

// What a worker costs: its PSS, and its GPU memory that PSS does not hold. This type, and nothing
// else, adds the two. On a discrete GPU they are disjoint. On Tegra a buffer that the process also
// maps for its CPU (pinned, managed) is in nvmap's number and in PSS: the sum is an upper bound.
struct Footprint {
  std::optional<ViewBytes> pss, gpu;
  // Absent when PSS is: a footprint of unknown size meets no budget.
  std::optional<ViewBytes> total() const;
};

// How a limit is enforced, from the strongest to none. Hard: the kernel kills or refuses. Soft: a
// runtime was asked to keep within it, and nobody forces it; no backend is asked today, so that no
// run of this version has it, but a record may. Unavailable: it is watched, and no more.
enum class Enforcement { hard, soft, unavailable };
std::string_view name(Enforcement);

struct Budget {
  std::uint64_t limit_bytes = 0;
  Enforcement enforcement = Enforcement::unavailable;
  std::string mechanism;  // "cgroup v2 memory.max", "RLIMIT_DATA"; why not, when unavailable
};

// The job `detect` is for boards of 8 GB, and takes no higher limit; what needs more does not fit
// them.
inline constexpr std::uint64_t kLargestDetectLimit = std::uint64_t{8} << 30;

// What of a footprint meets the limit. A mechanism counts what it bounds in its own way (a cgroup
// leaves out file pages that others had read in, RLIMIT_DATA all of them): what it holds cannot be
// over the limit, whatever PSS says, nor over the most that was charged so far, where that is
// known. GPU memory is beyond every mechanism and counts in full. Absent when the footprint's size
// is.
std::optional<std::uint64_t> held_against(
    const Budget&, const Footprint&,
    std::optional<std::uint64_t> charged_peak_bytes = std::nullopt);

// The limit was passed in a phase.
struct Violation {
  std::string phase;
  // Monotonic, of the phase's first and last reading over the limit; those of the phase itself
  // where no reading was and only the high-water mark tells.
  Nanoseconds began{0}, ended{0};
  bool read = false;             // by a reading, not by the mark alone
  std::uint64_t peak_bytes = 0;  // in this phase
  std::uint64_t over_bytes = 0;  // peak - limit
};

// The kernel's high-water mark of a phase that has ended.
struct PhaseMark {
  std::string_view phase;
  Nanoseconds began{0}, ended{0};
  std::uint64_t bytes = 0;
};

// Watches a footprint against a limit: readings of it, and the marks, which know of what fell
// between two readings. Pure; one thread.
class BudgetWatch {
 public:
  explicit BudgetWatch(std::uint64_t limit_bytes) : limit_(limit_bytes) {}
  enum class Event { none, near, violation_began };
  // `near` once, at 90 % of the limit; `violation_began` once for each phase. `phase` is the one
  // that ran when the reading was taken.
  Event observe(Nanoseconds at, std::string_view phase, std::uint64_t footprint_bytes);
  Event observe(const PhaseMark&);
  // At most one of each phase.
  const std::vector<Violation>& violations() const { return violations_; }

 private:
  Event within(std::uint64_t footprint_bytes);
  Violation& raise(std::string_view phase, std::uint64_t peak_bytes);

  std::uint64_t limit_;
  bool was_near_ = false;
  std::vector<Violation> violations_;
};

// What loading a model is expected to take, before it is loaded.
struct Forecast {
  std::uint64_t weight_bytes = 0;      // as the runtime holds them, external data included
  std::uint64_t activation_bytes = 0;  // peak of the intermediate tensors
  std::uint64_t runtime_bytes = 0;     // the process with the runtime and nothing loaded
  std::uint64_t peak_bytes = 0;        // of the footprint, over the whole run
  std::vector<std::string> rests_on;   // what it assumed: "runtime: measured on this machine"
};

enum class MemoryFit { fits, does_not_fit, cannot_tell };
std::string_view name(MemoryFit);

struct FitVerdict {
  MemoryFit fit = MemoryFit::cannot_tell;
  // What is left after the load (negative: what is missing), of the bound that the verdict is of:
  // the worse of the two, the tighter one where both are as bad.
  std::optional<std::int64_t> margin_bytes;
  std::string reason;  // one sentence, with the numbers
};
// Against the limit and against the memory that the pool has available now. A forecast within 10 %
// of a bound cannot be told from it. A forecast is of a footprint, and a hard limit counts
// something else: the runtime's own part, mostly pages of library files, it may leave out, and what
// passes the limit by no more than that cannot be told. Without a forecast: cannot_tell.
FitVerdict fits(const std::optional<Forecast>&, const std::optional<Budget>& limit,
                std::optional<PoolBytes> available);

}  // namespace jetmeter
