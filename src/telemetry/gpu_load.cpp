#include <algorithm>
#include <array>

#include "jetmeter/telemetry.h"
#include "telemetry/folder.h"
#include "telemetry/gauges.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

constexpr GaugeScale kPerMille{.factor = 0.1, .highest = 1000};
// A GPU whose rail is off says 0; it has no clock.
constexpr GaugeScale kHertz{.lowest = 1};

// JetPack 6, 5 and 4.
constexpr std::array<std::string_view, 4> kLoadFiles{
    "/sys/devices/platform/bus@0/17000000.gpu/load", "/sys/devices/17000000.ga10b/load",
    "/sys/devices/platform/gpu.0/load", "/sys/devices/gpu.0/load"};
// Names of the integrated GPUs in the device tree and after the dot of a device, from Nano to
// Orin.
constexpr std::array<std::string_view, 5> kGpuNodes{"gv11b", "gp10b", "ga10b", "gb10b", "gpu"};
// JetPack 7 on Thor: the clock of the graphics cores. Its neighbour gpu-nvd-0 is that of the video
// units; the load is to be had from NVML only.
constexpr std::string_view kThorDevice = "gpu-gpc-0";

bool is_gpu(std::string_view name) {
  return std::find(kGpuNodes.begin(), kGpuNodes.end(), name) != kGpuNodes.end();
}

// The GPU's folder in /sys/class/devfreq; empty when it has none. The name in the device tree is
// asked first; in a container it is often out of reach.
std::filesystem::path devfreq_folder(const Host& host) {
  const auto folder = host.path("/sys/class/devfreq");
  if (std::error_code error; std::filesystem::exists(folder / kThorDevice, error))
    return folder / kThorDevice;
  const auto devices = entries_of(folder);
  for (const auto& device : devices) {
    if (is_gpu(name_in(device / "device/of_node/name"))) return device;
  }
  for (const auto& device : devices) {
    const auto extension = device.extension().string();  // ".ga10b" of "17000000.ga10b"
    if (!extension.empty() && is_gpu(std::string_view(extension).substr(1))) return device;
  }
  return {};
}

void add_load(Gauges& source, const Host& host, const std::filesystem::path& devfreq) {
  for (const auto path : kLoadFiles) {
    source.add("load.gpu", Unit::percent, host.path(path), kPerMille);
    if (!source.channels().empty()) return;
  }
  if (!devfreq.empty()) source.add("load.gpu", Unit::percent, devfreq / "device/load", kPerMille);
}

// Load and clock belong together: 99 % at 306 MHz is an idle governor, not a busy GPU.
Result<std::unique_ptr<Source>> open(const Host& host) {
  auto source = std::make_unique<Gauges>();
  const auto devfreq = devfreq_folder(host);
  add_load(*source, host, devfreq);
  if (!devfreq.empty()) {
    source->add("clock.gpu", Unit::hertz, devfreq / "cur_freq", kHertz);
    source->add("clock.gpu_cap", Unit::hertz, devfreq / "max_freq", kHertz);
  }
  if (source->channels().empty())
    return fail("no load or clock of an integrated GPU under " +
                in_quotes(host.path("/sys/devices").string()) + " or " +
                in_quotes(host.path("/sys/class/devfreq").string()) +
                "; only Jetson boards have one");
  return source;
}

}  // namespace

std::vector<double> gpu_clock_steps(const Host& host) {
  const auto devfreq = devfreq_folder(host);
  std::vector<double> steps;
  if (devfreq.empty()) return steps;
  const auto text = read_text(devfreq / "available_frequencies").value_or("");
  std::string_view rest = text;
  for (auto word = next_word(rest); !word.empty(); word = next_word(rest))
    if (const auto hertz = to_number(word); hertz && *hertz > 0) steps.push_back(*hertz);
  std::sort(steps.begin(), steps.end());
  return steps;
}

// The load takes 0.3 ms to read on an AGX Orin.
extern const SourceKind gpu_load_source{
    "gpu_load", "load, clock and highest clock of a Jetson's integrated GPU, from /sys", open,
    std::chrono::milliseconds(20)};

}  // namespace jetmeter
