#include <array>

#include "jetmeter/telemetry.h"
#include "telemetry/folder.h"
#include "telemetry/kernel_file.h"

namespace jetmeter {
namespace {

constexpr double kPercentPerMille = 0.1;
constexpr double kFullLoadPerMille = 1000;

// JetPack 6, 5 and 4.
constexpr std::array<std::string_view, 4> kLoadFiles{
    "/sys/devices/platform/bus@0/17000000.gpu/load", "/sys/devices/17000000.ga10b/load",
    "/sys/devices/platform/gpu.0/load", "/sys/devices/gpu.0/load"};
// Device tree names of the integrated GPUs, from Xavier and TX2 to Thor.
constexpr std::array<std::string_view, 5> kGpuNodes{"gv11b", "gp10b", "ga10b", "gb10b", "gpu"};

// The GPU's folder in /sys/class/devfreq; empty when it has none.
std::filesystem::path devfreq_folder(const Host& host) {
  for (const auto& device : entries_of(host.path("/sys/class/devfreq"))) {
    const auto node = name_in(device / "device/of_node/name");
    for (const auto known : kGpuNodes) {
      if (node == known) return device;
    }
  }
  return {};
}

KernelFile open_load(const Host& host, const std::filesystem::path& devfreq) {
  for (const auto path : kLoadFiles) {
    KernelFile file(host.path(path));
    if (file.is_open()) return file;
  }
  return devfreq.empty() ? KernelFile() : KernelFile(devfreq / "device/load");
}

// Load and clock belong together: 99 % at 306 MHz is an idle governor, not a busy GPU.
class GpuLoad : public Source {
 public:
  GpuLoad(KernelFile load, KernelFile clock) : load_(std::move(load)), clock_(std::move(clock)) {}

  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    out[0] = load_.number();
    const bool sound = out[0] && *out[0] >= 0 && *out[0] <= kFullLoadPerMille;
    out[0] = sound ? std::optional(*out[0] * kPercentPerMille) : std::nullopt;
    out[1] = clock_.number();
  }

 private:
  KernelFile load_, clock_;
  std::array<Channel, 2> channels_{{{"load.gpu", Unit::percent}, {"clock.gpu", Unit::hertz}}};
};

Result<std::unique_ptr<Source>> open(const Host& host) {
  const auto devfreq = devfreq_folder(host);
  auto load = open_load(host, devfreq);
  KernelFile clock = devfreq.empty() ? KernelFile() : KernelFile(devfreq / "cur_freq");
  if (!load.is_open() && !clock.is_open())
    return fail("no load file of an integrated GPU under " +
                in_quotes(host.path("/sys/devices").string()) + "; only Jetson boards have one");
  return std::make_unique<GpuLoad>(std::move(load), std::move(clock));
}

}  // namespace

extern const SourceKind gpu_load_source{
    "gpu_load", "load and clock of a Jetson's integrated GPU, from /sys/devices", open};

}  // namespace jetmeter
