#include "jetmeter/device.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <set>
#include <string>
#include <vector>

#include "telemetry/module.h"
#include "telemetry/part_number.h"

namespace jetmeter {
namespace {

constexpr int kSmsPerTpc = 2;
constexpr double kBitsPerByte = 8;
constexpr double kTransfersPerClock = 2;  // double data rate
constexpr double kSparseGain = 2;

// "orin-nano-8gb" and "NVIDIA Jetson Orin Nano 8GB" are the same words.
std::set<std::string> words_of_name(std::string_view name) {
  static const std::set<std::string> kSaysNothing{"nvidia", "jetson",    "gb",  "gib",   "module",
                                                  "devkit", "developer", "kit", "series"};
  std::set<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty() && kSaysNothing.count(word) == 0) words.insert(word);
    word.clear();
  };
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool digit = std::isdigit(byte) != 0;
    if (!word.empty() && digit != (std::isdigit(static_cast<unsigned char>(word.back())) != 0))
      end_word();
    if (std::isalnum(byte) != 0)
      word += static_cast<char>(std::tolower(byte));
    else
      end_word();
  }
  end_word();
  return words;
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char left, char right) {
    return std::tolower(static_cast<unsigned char>(left)) ==
           std::tolower(static_cast<unsigned char>(right));
  });
}

std::optional<double> product(std::optional<double> rate, std::optional<int> sms,
                              std::optional<double> hz) {
  return rate && sms && hz ? std::optional(*rate * *sms * *hz) : std::nullopt;
}

std::optional<double> twice(std::optional<double> dense, bool sparsity) {
  return dense && sparsity ? std::optional(*dense * kSparseGain) : std::nullopt;
}

// The lower of a cap and what the unit can do. A cap that nobody states is none that is known: only
// kNoCap stands for the highest clock.
std::optional<double> under(std::optional<double> cap, std::optional<double> highest) {
  if (!cap) return std::nullopt;
  if (*cap == kNoCap) return highest;
  return highest ? std::min(*cap, *highest) : *cap;
}

std::string list_of(const std::vector<const Device*>& devices) {
  std::string list;
  for (const auto* device : devices) {
    if (!list.empty()) list += ", ";
    list += device->name;
  }
  return list;
}

std::vector<const Device*> devices_named(std::string_view name) {
  const auto words = words_of_name(name);
  std::vector<const Device*> several;
  for (const auto& device : device_table()) {
    const auto own = words_of_name(device.name);
    if (own == words) return {&device};
    if (!words.empty() && std::includes(own.begin(), own.end(), words.begin(), words.end()))
      several.push_back(&device);
  }
  return several;
}

std::optional<double> as_double(std::optional<std::uint64_t> value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

// The cap that is in force, or else the one that the mode asks for, or else the table's.
std::optional<double> cap_of(std::optional<std::uint64_t> now, std::optional<std::uint64_t> asked,
                             std::optional<double> tabled, std::optional<double> highest) {
  if (now) return under(as_double(now), highest);
  if (asked) return under(as_double(asked), highest);
  return under(tabled, highest);
}

}  // namespace

Result<const Device*> find_device(std::string_view name) {
  if (const auto number = part_number_in(name)) {
    const auto* device =
        find_module({.part_number = *number, .super = words_of_name(name).count("super") > 0});
    if (device != nullptr) return device;
    return fail("no module with the part number " + *number + " is known");
  }
  const auto found = devices_named(name);
  if (found.size() == 1) return found.front();
  if (!found.empty())
    return fail(in_quotes(name) + " may be any of " + list_of(found) + "; say which");
  return fail("no module named " + in_quotes(name) + " is known; an example is " +
              in_quotes("Jetson Orin Nano 8GB Super"));
}

const Device* find_device(const Machine& machine) {
  if (!machine.board) return nullptr;
  const auto& board = *machine.board;
  for (const auto& device : device_table())
    if (board.module && device.name == *board.module) return &device;
  const auto model = words_of_name(board.model);
  const auto mode = words_of_name(machine.power_mode.value_or(""));
  return find_module({.part_number = board.part_number.value_or(""),
                      .soc = board.soc.value_or(""),
                      .model = board.model,
                      .memory_bytes = machine.memory_total_bytes,
                      .super = model.count("super") > 0 || mode.count("super") > 0});
}

const DeviceMode* find_mode(const Device& device, std::string_view name) {
  const auto found =
      std::find_if(device.modes.begin(), device.modes.end(),
                   [&](const DeviceMode& mode) { return same_letters(mode.name, name); });
  return found == device.modes.end() ? nullptr : &*found;
}

std::optional<int> active_sms(const Device& device, unsigned tpc_mask) {
  if (device.gpu == nullptr || device.gpu->tpcs == 0) return std::nullopt;
  const auto tpcs = static_cast<unsigned>(device.gpu->tpcs);
  const auto gated = std::popcount(tpc_mask & ((1U << tpcs) - 1));
  const int sms = kSmsPerTpc * (device.gpu->tpcs - gated);
  // A small module's chip has the mask of the large one, but fewer SMs that work.
  return device.sms ? std::min(sms, *device.sms) : sms;
}

Peaks peaks_at(const Device& device, std::optional<int> sms, std::optional<double> gpu_hz,
               std::optional<double> emc_hz) {
  Peaks peaks;
  if (device.gpu != nullptr) {
    const auto& gpu = *device.gpu;
    peaks.fp32 = product(gpu.fp32, sms, gpu_hz);
    peaks.tf32 = product(gpu.tf32, sms, gpu_hz);
    peaks.fp16 = product(gpu.fp16, sms, gpu_hz);
    peaks.int8 = product(gpu.int8, sms, gpu_hz);
    peaks.fp16_sparse = twice(peaks.fp16, gpu.sparsity);
    peaks.int8_sparse = twice(peaks.int8, gpu.sparsity);
  }
  if (emc_hz && device.memory_bits)
    peaks.bandwidth_bytes_per_second =
        *emc_hz * kTransfersPerClock * *device.memory_bits / kBitsPerByte;
  return peaks;
}

Peaks peaks(const Device& device) {
  auto highest = peaks_at(device, device.sms, device.gpu_max_hz, device.emc_max_hz);
  if (!highest.bandwidth_bytes_per_second)
    highest.bandwidth_bytes_per_second = device.bandwidth_bytes_per_second;
  return highest;
}

Peaks peaks(const Device& device, const DeviceMode& mode) {
  const auto sms = mode.tpc_mask ? active_sms(device, *mode.tpc_mask) : std::nullopt;
  auto result = peaks_at(device, sms, under(mode.gpu_cap_hz, device.gpu_max_hz),
                         under(mode.emc_cap_hz, device.emc_max_hz));
  if (mode.emc_cap_hz == kNoCap && !device.emc_max_hz)
    result.bandwidth_bytes_per_second = device.bandwidth_bytes_per_second;
  return result;
}

Peaks peaks(const Device& device, const Machine& machine) {
  const auto* mode = find_mode(device, machine.power_mode.value_or(""));
  const DeviceMode tabled = mode != nullptr ? *mode : DeviceMode{};
  auto sms = machine.active_sms;
  if (!sms && tabled.tpc_mask) sms = active_sms(device, *tabled.tpc_mask);
  const auto& [caps, asked, locked] = machine.clocks;
  return peaks_at(device, sms,
                  cap_of(caps.gpu_hz, asked.gpu_hz, tabled.gpu_cap_hz, device.gpu_max_hz),
                  cap_of(caps.emc_hz, asked.emc_hz, tabled.emc_cap_hz, device.emc_max_hz));
}

}  // namespace jetmeter
