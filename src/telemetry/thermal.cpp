#include "jetmeter/telemetry.h"
#include "telemetry/folder.h"
#include "telemetry/kernel_file.h"

namespace jetmeter {
namespace {

constexpr double kDegreesPerMillidegree = 1e-3;
// What JetPack 5 reports for a sensor whose unit has no power. Real readings go below zero too:
// -45 degrees were seen on a TX2.
constexpr double kSwitchedOffCelsius = -256;

class Thermal : public Source {
 public:
  Thermal(std::vector<Channel> channels, std::vector<KernelFile> files)
      : channels_(std::move(channels)), files_(std::move(files)) {}

  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    for (std::size_t i = 0; i < files_.size(); ++i) {
      out[i] = files_[i].number();
      if (out[i]) *out[i] *= kDegreesPerMillidegree;
      if (out[i] && *out[i] <= kSwitchedOffCelsius) out[i].reset();
    }
  }

 private:
  std::vector<Channel> channels_;
  std::vector<KernelFile> files_;
};

Result<std::unique_ptr<Source>> open(const Host& host) {
  const auto folder = host.path("/sys/class/thermal");
  std::vector<Channel> channels;
  std::vector<KernelFile> files;
  for (const auto& zone : entries_of(folder, "thermal_zone")) {
    KernelFile file(zone / "temp");
    if (!file.is_open()) continue;
    auto type = name_in(zone / "type");
    if (type.empty()) type = zone.filename().string();
    channels.push_back({unique_name(channels, "temperature." + type), Unit::celsius});
    files.push_back(std::move(file));
  }
  if (files.empty()) return fail("no thermal zone in " + in_quotes(folder.string()));
  return std::make_unique<Thermal>(std::move(channels), std::move(files));
}

}  // namespace

extern const SourceKind thermal_source{
    "thermal", "temperature of every thermal zone, from /sys/class/thermal", open};

}  // namespace jetmeter
