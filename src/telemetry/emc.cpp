#include <array>

#include "jetmeter/telemetry.h"
#include "telemetry/board.h"
#include "telemetry/kernel_file.h"

namespace jetmeter {
namespace {

constexpr double kHertzPerKilohertz = 1e3;

// Of the memory controller, in Hz: JetPack 4 to 6, JetPack 7 on Thor, Nano.
constexpr std::array<std::string_view, 4> kClockFiles{
    "/sys/kernel/debug/bpmp/debug/clk/emc/rate", "/sys/class/devfreq/bwmgr/cur_freq",
    "/sys/kernel/debug/clk/override.emc/clk_rate", "/sys/kernel/debug/clk/emc/clk_rate"};
// Its mean activity, in percent times the clock in kHz: JetPack 6, 5 and 4.
constexpr std::array<std::string_view, 3> kActivityFiles{
    "/sys/kernel/debug/cactmon/mc_all", "/sys/kernel/debug/bpmp/debug/actmon/mc_all_avg_activity",
    "/sys/kernel/actmon_avg_activity/mc_all"};

// The first that can be read; not open when there is none.
KernelFile open_readable(const Host& host, std::span<const std::string_view> paths) {
  for (const auto path : paths) {
    KernelFile file(host.path(path));
    if (file.number()) return file;
  }
  return {};
}

// The mean activity against the clock of the moment: just after the clock has fallen it exceeds
// 100 % and says nothing.
std::optional<double> percent_of(std::optional<double> activity, std::optional<double> hertz) {
  if (!activity || !hertz || *activity < 0) return std::nullopt;
  const auto percent = *activity / (*hertz / kHertzPerKilohertz);
  return percent <= 100 ? std::optional(percent) : std::nullopt;
}

class Emc : public Source {
 public:
  Emc(KernelFile clock, KernelFile activity)
      : clock_(std::move(clock)), activity_(std::move(activity)) {
    channels_.push_back({"clock.emc", Unit::hertz});
    if (activity_.is_open()) channels_.push_back({"load.emc", Unit::percent});
  }

  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    out[0] = clock_.number();
    if (out[0] && *out[0] <= 0) out[0].reset();
    if (activity_.is_open()) out[1] = percent_of(activity_.number(), out[0]);
  }

 private:
  KernelFile clock_, activity_;
  std::vector<Channel> channels_;
};

// Something stands at `path`, or, on a Tegra, may stand there in a folder that is closed to us.
bool is_kept_from_us(const Host& host, std::string_view path, bool tegra) {
  std::error_code error;
  const bool exists = std::filesystem::exists(host.path(path), error);
  return exists || (tegra && error == std::errc::permission_denied);
}

Result<std::unique_ptr<Source>> open(const Host& host) {
  auto clock = open_readable(host, kClockFiles);
  if (clock.is_open())
    return std::make_unique<Emc>(std::move(clock), open_readable(host, kActivityFiles));
  const bool tegra = read_board(host).tegra;
  for (const auto path : kClockFiles) {
    if (is_kept_from_us(host, path, tegra))
      return fail(
          "the clock of the memory controller needs root: " + in_quotes(host.path(path).string()) +
          " cannot be read; its load needs 'modprobe tegra_cactmon_mc_all' too on "
          "JetPack 6");
  }
  return fail("no clock of a memory controller in " +
              in_quotes(host.path("/sys/kernel/debug").string()) + " or " +
              in_quotes(host.path("/sys/class/devfreq/bwmgr").string()) +
              "; only Jetson boards have one");
}

}  // namespace

// Each reading is an exchange of messages with the boot processor.
extern const SourceKind emc_source{
    "emc", "clock and load of a Jetson's memory controller; needs root before JetPack 7", open,
    std::chrono::milliseconds(100)};

}  // namespace jetmeter
