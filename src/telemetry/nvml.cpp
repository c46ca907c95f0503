#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "jetmeter/telemetry.h"
#include "telemetry/nvidia_smi.h"
#include "telemetry/nvml_library.h"

namespace jetmeter {
namespace {

constexpr double kHertzPerMegahertz = 1e6, kMilliPerWhole = 1e3;

// A call to NVML tells one thing or two.
using Values = std::array<std::optional<double>, 2>;
struct Answer {
  NvmlReturn code;
  Values values;  // mean nothing without success
};

// Everything is asked with this value in place, so that a driver that says success and writes
// nothing has told nothing.
std::optional<double> told(unsigned value) {
  return value != kNvmlNotTold ? std::optional<double>(value) : std::nullopt;
}

std::optional<double> percent(unsigned value) {
  return value <= 100 ? std::optional<double>(value) : std::nullopt;
}

std::optional<double> hertz(unsigned megahertz) {
  const auto value = told(megahertz);
  return value ? std::optional(*value * kHertzPerMegahertz) : std::nullopt;
}

Answer load(const NvmlFunctions& nvml, NvmlDevice gpu) {
  NvmlUtilization rates{kNvmlNotTold, kNvmlNotTold};
  const auto code = ask(nvml.utilization, gpu, &rates);
  return {code, {percent(rates.gpu), percent(rates.memory)}};
}

// `used` holds what the driver reserves, so that the rest of the total can be had; nvidia-smi
// shows the reserve apart. Integrated GPUs have no memory of their own: most drivers say
// "Not Supported", some success and 0 bytes (github.com/XuehaiPan/nvitop/pull/208).
Answer memory(const NvmlFunctions& nvml, NvmlDevice gpu) {
  NvmlMemory bytes{};
  const auto code = ask(nvml.memory, gpu, &bytes);
  if (bytes.total == 0 || bytes.total == kNvmlNotTold64 || bytes.used > bytes.total)
    return {code, {}};
  return {code, {static_cast<double>(bytes.used), static_cast<double>(bytes.total)}};
}

template <NvmlClock which>
Answer clock(const NvmlFunctions& nvml, NvmlDevice gpu) {
  unsigned megahertz = kNvmlNotTold;
  const auto code = ask(nvml.clock, gpu, which, &megahertz);
  return {code, {hertz(megahertz)}};
}

Answer clock_cap(const NvmlFunctions& nvml, NvmlDevice gpu) {
  unsigned megahertz = kNvmlNotTold;
  const auto code = ask(nvml.max_clock, gpu, NvmlClock::sm, &megahertz);
  return {code, {hertz(megahertz)}};
}

// The older function is deprecated since CUDA 13, the newer one has come with CUDA 12.8.
Answer temperature(const NvmlFunctions& nvml, NvmlDevice gpu) {
  unsigned celsius = kNvmlNotTold;
  const auto code = ask(nvml.temperature, gpu, kNvmlGpuSensor, &celsius);
  if (code == NvmlReturn::success) return {code, {told(celsius)}};
  constexpr int kUntold = std::numeric_limits<int>::max();
  NvmlTemperature newer{kNvmlTemperatureVersion, kNvmlGpuSensor, kUntold};
  const auto newer_code = ask(nvml.temperature_v, gpu, &newer);
  if (newer_code == NvmlReturn::function_not_found) return {code, {}};
  if (newer.celsius == kUntold) return {newer_code, {}};
  return {newer_code, {newer.celsius}};
}

// From Ampere on (but for GA100) the driver averages over 1 s; energy is exact.
Answer power(const NvmlFunctions& nvml, NvmlDevice gpu) {
  unsigned milliwatts = kNvmlNotTold;
  const auto code = ask(nvml.power, gpu, &milliwatts);
  if (milliwatts == kNvmlNotTold) return {code, {}};
  return {code, {milliwatts / kMilliPerWhole}};
}

Answer energy(const NvmlFunctions& nvml, NvmlDevice gpu) {
  unsigned long long millijoules = kNvmlNotTold64;
  const auto code = ask(nvml.energy, gpu, &millijoules);
  if (millijoules == kNvmlNotTold64) return {code, {}};
  return {code, {static_cast<double>(millijoules) / kMilliPerWhole}};
}

// Clocks that are low because the GPU idles, or because somebody set them so, are not throttled;
// nor are those of a GPU at its power limit, which is where a busy one is meant to be.
Answer throttle(const NvmlFunctions& nvml, NvmlDevice gpu) {
  constexpr auto kSlowdown = kNvmlHardwareSlowdown | kNvmlSoftwareThermalSlowdown |
                             kNvmlHardwareThermalSlowdown | kNvmlPowerBrakeSlowdown;
  unsigned long long reasons = kNvmlNotTold64;
  const auto code = ask(nvml.clock_reasons, gpu, &reasons);
  if (reasons == kNvmlNotTold64) return {code, {}};
  return {code, {(reasons & kSlowdown) != 0 ? 1.0 : 0.0}};
}

struct ChannelName {
  std::string_view before, after;  // the GPU's index
  Unit unit = Unit::none;
};
struct Query {
  std::array<ChannelName, 2> channels;
  Answer (*ask)(const NvmlFunctions&, NvmlDevice);
};

constexpr std::array<Query, 9> kQueries{{
    {{{{"load.gpu", "", Unit::percent}, {"load.gpu", "_memory", Unit::percent}}}, load},
    {{{{"clock.gpu", "", Unit::hertz}}}, clock<NvmlClock::sm>},
    {{{{"clock.gpu", "_memory", Unit::hertz}}}, clock<NvmlClock::memory>},
    {{{{"clock.gpu", "_cap", Unit::hertz}}}, clock_cap},
    {{{{"memory.gpu", "_used", Unit::byte}, {"memory.gpu", "_total", Unit::byte}}}, memory},
    {{{{"temperature.gpu", "", Unit::celsius}}}, temperature},
    {{{{"power.gpu", "", Unit::watt}}}, power},
    {{{{"energy.gpu", "", Unit::joule}}}, energy},
    {{{{"throttle.gpu", "", Unit::none}}}, throttle},
}};

// What a call answered when the source was opened becomes a channel; nothing else is asked again.
class Nvml : public Source {
 public:
  explicit Nvml(NvmlLibrary library) : library_(std::move(library)) {}

  const NvmlLibrary& library() const { return library_; }
  std::span<const Channel> channels() const override { return channels_; }

  // The first refusal; success when there was none.
  NvmlReturn add(const NvmlGpuHandle& gpu) {
    auto refusal = NvmlReturn::success;
    for (const auto& query : kQueries) {
      const auto [code, values] = query.ask(library_.functions(), gpu.device);
      const bool told_something = code == NvmlReturn::success && (values[0] || values[1]);
      if (told_something)
        add_channels(query, gpu, values);
      else if (refusal == NvmlReturn::success)
        refusal = code != NvmlReturn::success ? code : NvmlReturn::no_data;
    }
    return refusal;
  }

  void read(std::span<std::optional<double>> out) override {
    std::fill(out.begin(), out.end(), std::nullopt);
    for (const auto& call : calls_) {
      const auto [code, values] = call.query->ask(library_.functions(), call.device);
      if (code != NvmlReturn::success) continue;
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (call.slots[i]) out[*call.slots[i]] = values[i];
      }
    }
  }

 private:
  struct Call {
    const Query* query;
    NvmlDevice device;
    std::array<std::optional<std::size_t>, 2> slots;
  };

  void add_channels(const Query& query, const NvmlGpuHandle& gpu, const Values& values) {
    Call call{&query, gpu.device, {}};
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!values[i]) continue;
      const auto& name = query.channels[i];
      call.slots[i] = channels_.size();
      channels_.push_back({fmt::format("{}{}{}", name.before, gpu.index, name.after), name.unit});
    }
    calls_.push_back(call);
  }

  NvmlLibrary library_;
  std::vector<Channel> channels_;
  std::vector<Call> calls_;
};

Result<std::unique_ptr<Source>> open(const Host& host) {
  auto library = NvmlLibrary::open(host);
  if (!library) {
    if (auto recorded = open_recorded_smi(host)) return recorded;
    return tl::make_unexpected(library.error());
  }
  const auto gpus = nvml_handles(*library);
  if (!gpus) return tl::make_unexpected(gpus.error());
  auto source = std::make_unique<Nvml>(std::move(*library));
  std::string complaints;
  for (const auto& gpu : *gpus) {
    const auto refusal = gpu.device != nullptr ? source->add(gpu) : gpu.answer;
    if (!complaints.empty()) complaints += "; ";
    complaints += nvml_complaint(gpu, source->library().words(refusal));
  }
  // So it is on Orin: NVML starts, names the GPU, and refuses all else. Nothing then is zero.
  if (source->channels().empty()) {
    const auto driver = source->library().driver_version().value_or("unknown");
    return fail("NVML of driver " + driver + " starts but tells nothing of " + complaints);
  }
  return source;
}

}  // namespace

// Utilisation is an average over at least 1/6 s, and a round of calls costs milliseconds.
extern const SourceKind nvml_source{
    "nvml", "load, clocks, memory, power and throttling of NVIDIA GPUs, from the driver's NVML",
    open, std::chrono::milliseconds(100)};

}  // namespace jetmeter
