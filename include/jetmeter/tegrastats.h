// What one line of NVIDIA's tegrastats says, in every form from JetPack 4 to 7. Plain data and one
// pure function. Text in it points into the line that was parsed and lives no longer than that.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace jetmeter {

struct TegrastatsLine {
  // The tool counts in powers of 1024: its MB are MiB.
  struct Memory {
    std::uint64_t used_bytes = 0, total_bytes = 0;
    // "lfb 157x4MB": so many free blocks of the largest size that there is. IRAM tells no number.
    std::optional<std::uint64_t> largest_free_block_bytes, largest_free_blocks;
    std::optional<std::uint64_t> cached_bytes;  // of swap
  };

  // A core that is off has no load; that is not a load of 0.
  struct Core {
    bool off = false;
    std::optional<double> load_percent;  // of what the core can do at its clock of now
    std::optional<double> clock_hertz;
  };

  // Anything with a clock of its own: memory controller, GPU, video engines, accelerators.
  struct Engine {
    static constexpr std::size_t kMostClocks = 8;
    std::string_view name;  // "NVENC0"; without the "_FREQ" that some releases append
    bool off = false;       // gated: neither load nor clock
    std::optional<double> load_percent;
    // One per graphics cluster of a GPU, else one; none where only root is told. 0: gated.
    std::array<double, kMostClocks> clock_of{};
    std::size_t clock_count = 0;

    std::span<const double> clocks_hertz() const { return {clock_of.data(), clock_count}; }
    std::optional<double> highest_clock_hertz() const;  // absent where all are gated, too
  };

  struct Temperature {
    std::string_view name;          // "cpu", "Tboard"; JetPack 5 and before write most in capitals
    std::optional<double> celsius;  // absent: the sensor's unit has no power ("-256C")
    std::optional<double> max_celsius;  // since the tool was started; JetPack 7 only
  };

  // What a rail draws. The average and the maximum are taken since the tool was started, so all
  // that was idle before a run is in them: no energy can be had from them.
  struct Rail {
    std::string_view name;
    double watts = 0;
    std::optional<double> average_watts, max_watts;
  };

  // Xavier and TX2, root: share of the time that the translation of instructions takes.
  struct Translation {
    double foreground_percent = 0, background_percent = 0;
  };

  std::string_view timestamp;  // "10-08-2026 04:35:02", local time; empty before JetPack 5
  std::optional<Memory> ram, swap, iram;
  std::vector<Core> cores;          // by their number
  std::optional<Engine> emc;        // the memory controller
  std::optional<Engine> gpu, gpu2;  // gpu2: second cluster, on JetPack 5.0 a field of its own
  std::vector<Engine> engines;      // all others
  std::optional<Translation> translation;
  std::vector<Temperature> temperatures;
  std::vector<Rail> rails;  // as written: also "NC", which is connected to nothing

  // Words that are not understood: all are counted, the first ones kept.
  static constexpr std::size_t kMostUnknownKept = 16;
  std::size_t unknown_count = 0;
  std::vector<std::string_view> unknown;
};

// Any bytes may come in. A number that cannot be, as a load of 400 %, is not understood, and
// neither is its field. A text that tells RAM or cores is a line, however much of the rest is not
// understood. False for what is no line of tegrastats (a prompt, a date, an empty line); `out` then
// holds nothing but unknown words. What `out` held before is gone, but not its memory: parsing into
// the same object again does not allocate once it has held as much.
bool parse_tegrastats(std::string_view line, TegrastatsLine& out);

}  // namespace jetmeter
