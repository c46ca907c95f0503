// The contract between the sampler and a source of measurements. A SourceKind is plain data that
// describes and opens; a Source is open and is read by one thread. When to read, timestamps, cost
// and loss are the sampler's business, never the source's.
//
// Channels are named "quantity.subject": "temperature.cpu-thermal", "power.VDD_IN". The same
// quantity has the same name on every machine, so that its readers need not know where it came
// from:
//
//   load.cpu load.cpu3 load.gpu load.emc     percent; a core that is offline is absent
//   clock.cpu3 clock.gpu clock.emc           hertz, now; clock.gpu_cap: the highest it may go to
//   memory.total .available .free .cached .swap_used .swap_total .nvmap               bytes
//   memory.largest_free_block                bytes; at most 4 MiB where a page has 4 KiB
//   memory.largest_free_blocks               how many of that size are free
//   swap.in swap.out                         bytes since boot
//   pressure.memory .memory_full .cpu .io    percent of the last 10 s
//   temperature.<zone>  power.<rail>  power.board  fan.duty  fan.speed
//   throttle.<what>                          events since boot, or 1 while a state lasts
//   load.gpu0 clock.gpu0 memory.gpu0_used …  a GPU that NVML tells of, by its index;
//                                            energy.gpu0: joules since its driver was loaded
//   tegrastats.<name>                        what the tool says of the channel <name>; also
//                                            tegrastats.power.board, by the rule of power.board
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/core.h"

namespace jetmeter {

struct Channel {
  std::string name;  // "temperature.cpu-thermal", "power.VDD_IN", "memory.available"
  Unit unit = Unit::none;
};

// What a source was told and does not understand: words of a newer release of the tool that it
// asks. Bounded, whatever comes.
struct UnknownWords {
  static constexpr std::size_t kMostKept = 16, kLongest = 32;
  std::vector<std::string> words;  // the first ones, each once; printable, long ones cut
  std::int64_t count = 0;          // of all, each as often as it came
  bool more = false;               // there were others than those that are kept

  // The first unknown words of a text, and how many it had. Words that are kept already do not
  // allocate.
  void add(std::span<const std::string_view> first, std::size_t all);
  // Counts nothing.
  void keep(std::string_view word);
};
// "3 words not understood: FOO, 12%@300, BAR".
std::string in_words(const UnknownWords&);

class Source {
 public:
  virtual ~Source() = default;
  virtual std::span<const Channel> channels() const = 0;
  // One slot per channel; a value that could not be read is absent, never zero.
  virtual void read(std::span<std::optional<double>> out) = 0;
  // So far; null for a source that is told no words. For the thread that reads.
  virtual const UnknownWords* unknown_words() const { return nullptr; }
  // CPU time that programs which it runs have taken until the last reading; 0 where it runs none.
  virtual Nanoseconds cpu_time_of_programs() const { return Nanoseconds{0}; }
  // After it fell silent. One whose opening waits, for a program's first line, lets go of what it
  // holds and returns true; resume() then begins anew, with the same channels, and may fail and be
  // called again. Neither waits. All others return false, and are closed and opened again.
  virtual bool suspend() { return false; }
  virtual Result<void> resume() { return {}; }
};

struct SourceKind {
  std::string_view name;
  std::string_view summary;
  // Fails, with the reason, where this machine has no such source.
  Result<std::unique_ptr<Source>> (*open)(const Host&);
  // Reading it more often than this tells nothing new (a rail that averages over 8 ms), or costs
  // more than it tells.
  Nanoseconds shortest_period = std::chrono::milliseconds(10);
};

std::span<const SourceKind* const> source_kinds();

// What "power.board" is, by the rails that the machine measures ("VDD_IN", …: what follows "power."
// or "tegrastats.power." in the channels' names): the one rail, or the sum, that is a module's or a
// board's total on the Jetson that has these rails. "VDD_IN", "VDD_GPU_SOC + VDD_CPU_CV +
// VIN_SYS_5V0". Absent where no Jetson is known by these rails; there is then no channel
// "power.board" either.
std::optional<std::string> board_power_rule(std::span<const std::string> rail_names);

// Whether throttle.<what> is 1 while it lasts, and no count of events: the alarm of a rail
// ("VDD_IN_alarm"), or a GPU that its driver holds back ("gpu0"). Pure.
bool is_throttle_state(std::string_view what);

// The folders of a Jetson's integrated GPU in /sys/class/devfreq; several where each of its
// clusters has one, whose first is then the one that "clock.gpu" is of. Empty where there is none.
std::vector<std::filesystem::path> gpu_devfreq_folders(const Host&);

// The clocks that a Jetson's integrated GPU can be set to, in Hz, ascending; empty where no such
// table is told.
std::vector<double> gpu_clock_steps(const Host&);

}  // namespace jetmeter
