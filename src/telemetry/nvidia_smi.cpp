#include "telemetry/nvidia_smi.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "telemetry/kernel_file.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

constexpr std::string_view kFile = "/tool/nvidia_smi.txt";
constexpr std::size_t kMostBytes = 65536;  // that the script takes of a tool
constexpr double kMebibyte = 1 << 20, kMegahertz = 1e6;
constexpr std::string_view kMemory = "FB Memory Usage";

// Where a channel's value stands. Two lines of one channel are added: like NVML's, the memory in
// use holds what the driver reserves.
struct Place {
  std::string_view section, key, unit;  // "1410 MHz"
  std::string_view before, after;       // of the channel's name, around the GPU's index
  Unit channel_unit = Unit::none;
  double factor = 1;
};

constexpr std::array<Place, 12> kPlaces{{
    {"Utilization", "Gpu", "%", "load.gpu", "", Unit::percent},
    {"Utilization", "GPU", "%", "load.gpu", "", Unit::percent},
    {"Utilization", "Memory", "%", "load.gpu", "_memory", Unit::percent},
    {"Clocks", "SM", "MHz", "clock.gpu", "", Unit::hertz, kMegahertz},
    {"Clocks", "Memory", "MHz", "clock.gpu", "_memory", Unit::hertz, kMegahertz},
    {"Max Clocks", "SM", "MHz", "clock.gpu", "_cap", Unit::hertz, kMegahertz},
    {kMemory, "Used", "MiB", "memory.gpu", "_used", Unit::byte, kMebibyte},
    {kMemory, "Reserved", "MiB", "memory.gpu", "_used", Unit::byte, kMebibyte},
    {kMemory, "Total", "MiB", "memory.gpu", "_total", Unit::byte, kMebibyte},
    {"Temperature", "GPU Current Temp", "C", "temperature.gpu", "", Unit::celsius},
    {"GPU Power Readings", "Power Draw", "W", "power.gpu", "", Unit::watt},
    {"Power Readings", "Power Draw", "W", "power.gpu", "", Unit::watt},
}};

const Place* place_of(const SmiLine& line) {
  if (line.gpu < 0) return nullptr;
  const auto found = std::find_if(kPlaces.begin(), kPlaces.end(), [&](const Place& place) {
    return place.section == line.section && place.key == line.key;
  });
  return found == kPlaces.end() ? nullptr : &*found;
}

class RecordedSmi : public Source {
 public:
  explicit RecordedSmi(KernelFile file) : file_(std::move(file)), text_(kMostBytes) {
    SmiLines lines(contents());
    while (const auto line = lines.next()) add(*line);
  }

  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    std::fill(out.begin(), out.end(), std::nullopt);
    SmiLines lines(contents());
    while (const auto line = lines.next()) {
      const auto* place = place_of(*line);
      const auto value = place != nullptr ? smi_amount(line->value, place->unit) : std::nullopt;
      const auto slot = value ? slot_of(line->gpu, *place) : std::nullopt;
      if (slot) out[*slot] = out[*slot].value_or(0) + *value * place->factor;
    }
  }

 private:
  struct Slot {
    int gpu;
    std::string_view before, after;
  };

  std::string_view contents() { return file_.read(text_).value_or(std::string_view()); }

  std::optional<std::size_t> slot_of(int gpu, const Place& place) const {
    for (std::size_t i = 0; i < slots_.size(); ++i)
      if (slots_[i].gpu == gpu && slots_[i].before == place.before &&
          slots_[i].after == place.after)
        return i;
    return std::nullopt;
  }

  void add(const SmiLine& line) {
    const auto* place = place_of(line);
    if (place == nullptr || !smi_amount(line.value, place->unit) || slot_of(line.gpu, *place))
      return;
    slots_.push_back({line.gpu, place->before, place->after});
    channels_.push_back(
        {fmt::format("{}{}{}", place->before, line.gpu, place->after), place->channel_unit});
  }

  KernelFile file_;
  std::vector<char> text_;
  std::vector<Channel> channels_;
  std::vector<Slot> slots_;
};

bool is_recorded(const Host& host) {
  return host.root != Host().root;
}

}  // namespace

std::optional<double> smi_amount(std::string_view value, std::string_view unit) {
  constexpr double kMost = 1e9;  // a petabyte, where it is the largest
  const auto number = to_number(next_word(value));
  const bool possible = number && *number >= 0 && *number <= kMost;
  return possible && next_word(value) == unit ? number : std::nullopt;
}

std::string recorded_smi(const Host& host) {
  if (!is_recorded(host)) return "";
  return read_text(host.path(kFile)).value_or("").substr(0, kMostBytes);
}

std::optional<SmiLine> SmiLines::next() {
  constexpr std::string_view kColon = " : ";
  while (const auto raw = next_line(rest_)) {
    const auto line = trimmed(*raw);
    const auto colon = raw->find(kColon);
    if (raw->starts_with("GPU ") && colon == raw->npos) {
      ++gpu_;
      section_ = {};
    } else if (colon == raw->npos) {
      section_ = line;
    } else {
      return SmiLine{gpu_, section_, trimmed(raw->substr(0, colon)),
                     trimmed(raw->substr(colon + kColon.size()))};
    }
  }
  return std::nullopt;
}

std::vector<NvmlGpu> recorded_gpus(const Host& host) {
  std::vector<NvmlGpu> gpus;
  const auto text = recorded_smi(host);
  std::optional<std::string> driver;
  SmiLines lines(text);
  while (const auto line = lines.next()) {
    if (line->gpu < 0 && line->key == "Driver Version") driver = clean_name(line->value);
    if (line->gpu < 0) continue;
    gpus.resize(static_cast<std::size_t>(line->gpu) + 1);
    auto& gpu = gpus.back();
    gpu.driver = driver;
    if (line->key == "Product Name") gpu.name = clean_name(line->value);
    if (line->section != kMemory || line->key != "Total") continue;
    const auto mebibytes = smi_amount(line->value, "MiB");
    gpu.integrated = !mebibytes || *mebibytes == 0;  // "N/A"
    if (!*gpu.integrated) gpu.memory_bytes = static_cast<std::uint64_t>(*mebibytes * kMebibyte);
  }
  return gpus;
}

std::unique_ptr<Source> open_recorded_smi(const Host& host) {
  if (!is_recorded(host)) return nullptr;
  KernelFile file(host.path(kFile));
  if (!file.is_open()) return nullptr;
  auto source = std::make_unique<RecordedSmi>(std::move(file));
  return source->channels().empty() ? nullptr : std::move(source);
}

}  // namespace jetmeter
