#include <chrono>

#include "jetmeter/telemetry.h"
#include "telemetry/board_power.h"
#include "telemetry/rails.h"

namespace jetmeter {
namespace {

// One channel per rail, and last the board's power, where it is known which rails make it up.
class HwmonPower : public Source {
 public:
  explicit HwmonPower(std::vector<Rail> rails) : rails_(std::move(rails)) {
    std::vector<std::string> names;
    for (const auto& rail : rails_) {
      names.push_back(rail.name);
      channels_.push_back({"power." + rail.name, Unit::watt});
    }
    board_ = find_board_power(names);
    if (board_) channels_.push_back({"power.board", Unit::watt});
  }

  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    for (std::size_t i = 0; i < rails_.size(); ++i) out[i] = rails_[i].watts();
    if (board_) out[rails_.size()] = board_watts(out);
  }

 private:
  // A sum that lacks one of its rails is no smaller total, it is none.
  std::optional<double> board_watts(std::span<const std::optional<double>> rails) const {
    double sum = 0;
    for (const auto rail : board_->rails) {
      if (!rails[rail]) return std::nullopt;
      sum += *rails[rail];
    }
    return sum;
  }

  std::vector<Rail> rails_;
  std::optional<BoardPowerRule> board_;
  std::vector<Channel> channels_;
};

Result<std::unique_ptr<Source>> open(const Host& host) {
  auto rails = find_rails(host);
  if (rails.empty())
    return fail("no power sensor (INA3221 or power*_input) in " +
                in_quotes(host.path("/sys/class/hwmon").string()));
  return std::make_unique<HwmonPower>(std::move(rails));
}

// A rail is an average over 8 ms, and a register of an INA3221 costs half a millisecond on its
// bus: three rails read at 100 Hz keep a core busy for a third of the time.
constexpr auto kShortestPeriod = std::chrono::milliseconds(10);

}  // namespace

extern const SourceKind hwmon_power_source{
    "hwmon_power",
    "power of every rail, from INA3221 and other monitors in /sys/class/hwmon, and of the board",
    open, kShortestPeriod};

}  // namespace jetmeter
