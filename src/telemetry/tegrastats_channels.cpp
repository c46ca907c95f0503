#include "telemetry/tegrastats_channels.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "telemetry/board_power.h"
#include "telemetry/folder.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

using Value = std::optional<double>;

constexpr std::string_view kPower = "power.";
constexpr std::string_view kBoard = "tegrastats.power.board";

Value bytes(const std::optional<std::uint64_t>& count) {
  return count ? Value(static_cast<double>(*count)) : std::nullopt;
}

// A walk over a line calls `tell(quantity, subject, unit, value)` for everything that it could say,
// also where it says nothing now: a core that is off may be on in the next line.
template <typename Tell>
void walk_memory(const TegrastatsLine& line, Tell tell) {
  if (line.ram) {
    tell("memory.", "total", Unit::byte, bytes(line.ram->total_bytes));
    tell("memory.", "used", Unit::byte, bytes(line.ram->used_bytes));
    tell("memory.", "largest_free_block", Unit::byte, bytes(line.ram->largest_free_block_bytes));
    tell("memory.", "largest_free_blocks", Unit::count, bytes(line.ram->largest_free_blocks));
  }
  if (line.swap) {
    tell("memory.", "swap_total", Unit::byte, bytes(line.swap->total_bytes));
    tell("memory.", "swap_used", Unit::byte, bytes(line.swap->used_bytes));
    tell("memory.", "swap_cached", Unit::byte, bytes(line.swap->cached_bytes));
  }
  if (line.iram) tell("memory.", "iram_used", Unit::byte, bytes(line.iram->used_bytes));
}

template <typename Tell>
void walk_cores(const TegrastatsLine& line, Tell tell) {
  for (std::size_t i = 0; i < line.cores.size(); ++i) {
    std::array<char, 24> name{'c', 'p', 'u'};
    const auto* end = std::to_chars(name.data() + 3, name.data() + name.size(), i).ptr;
    const std::string_view subject(name.data(), static_cast<std::size_t>(end - name.data()));
    tell("load.", subject, Unit::percent, line.cores[i].load_percent);
    tell("clock.", subject, Unit::hertz, line.cores[i].clock_hertz);
  }
}

// A memory controller that tells a load of 0 and no clock tells nothing: so the tool writes it
// where it may not ask, which takes root.
Value load_of_emc(const TegrastatsLine::Engine& emc) {
  const bool told = emc.highest_clock_hertz() || emc.load_percent != 0;
  return told ? emc.load_percent : std::nullopt;
}

template <typename Tell>
void walk_engine(const TegrastatsLine::Engine& engine, std::string_view subject, Tell tell) {
  tell("load.", subject, Unit::percent, engine.load_percent);
  tell("clock.", subject, Unit::hertz, engine.highest_clock_hertz());
}

// The GPU's clock is that of its fastest cluster, of which JetPack 5.0 writes the second apart.
template <typename Tell>
void walk_engines(const TegrastatsLine& line, Tell tell) {
  if (line.emc) {
    tell("load.", "emc", Unit::percent, load_of_emc(*line.emc));
    tell("clock.", "emc", Unit::hertz, line.emc->highest_clock_hertz());
  }
  if (line.gpu) {
    auto clock = line.gpu->highest_clock_hertz();
    if (line.gpu2) clock = std::max(clock, line.gpu2->highest_clock_hertz());
    tell("load.", "gpu", Unit::percent, line.gpu->load_percent);
    tell("clock.", "gpu", Unit::hertz, clock);
  }
  for (const auto& engine : line.engines) walk_engine(engine, engine.name, tell);
}

// "NC" is a measuring channel that the board left unconnected.
template <typename Tell>
void walk(const TegrastatsLine& line, Tell tell) {
  walk_memory(line, tell);
  walk_cores(line, tell);
  walk_engines(line, tell);
  for (const auto& sensor : line.temperatures)
    tell("temperature.", sensor.name, Unit::celsius, sensor.celsius);
  for (const auto& rail : line.rails)
    if (rail.name != "NC") tell(kPower, rail.name, Unit::watt, Value(rail.watts));
}

std::string channel_name(std::string_view quantity, std::string_view subject) {
  auto name = "tegrastats." + std::string(quantity) + clean_name(subject);
  if (name == kBoard) name += "-rail";  // tegrastats.power.board is ours
  // The tool writes engines in capitals; channels of sysfs have them small, as "gpu" and "emc".
  if (quantity == "load." || quantity == "clock.")
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

}  // namespace

TegrastatsChannels::TegrastatsChannels(const TegrastatsLine& first) {
  walk(first, [&](std::string_view quantity, std::string_view subject, Unit unit, Value) {
    channels_.push_back({unique_name(channels_, channel_name(quantity, subject)), unit});
    keys_.push_back({quantity, std::string(subject)});
  });
  find_board();
}

// By the rule of the rails that hwmon tells.
void TegrastatsChannels::find_board() {
  std::vector<std::string> rails;
  std::vector<std::size_t> channels;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i].quantity != kPower) continue;
    rails.push_back(keys_[i].subject);
    channels.push_back(i);
  }
  const auto rule = find_board_power(rails);
  if (!rule) return;
  for (const auto rail : rule->rails) board_.push_back(channels[rail]);
  channels_.push_back({std::string(kBoard), Unit::watt});
}

// Lines nearly always have the same fields in the same order, so that the channel after the last
// one is the one that is looked for. Searching on from there also keeps two fields of one name
// apart.
void TegrastatsChannels::fill(const TegrastatsLine& line, std::span<Value> out) const {
  std::fill(out.begin(), out.end(), std::nullopt);
  std::size_t next = 0;
  walk(line, [&](std::string_view quantity, std::string_view subject, Unit, Value value) {
    for (std::size_t tried = 0; tried < keys_.size(); ++tried) {
      const auto i = (next + tried) % keys_.size();
      if (keys_[i].quantity != quantity || keys_[i].subject != subject) continue;
      out[i] = value;
      next = i + 1;
      return;
    }
  });
  if (!board_.empty()) out[keys_.size()] = sum_of_board(out);
}

// A sum that lacks one of its rails is no smaller total, it is none.
Value TegrastatsChannels::sum_of_board(std::span<const Value> values) const {
  double sum = 0;
  for (const auto channel : board_) {
    if (!values[channel]) return std::nullopt;
    sum += *values[channel];
  }
  return sum;
}

}  // namespace jetmeter
