#include <algorithm>

#include "jetmeter/telemetry.h"
#include "telemetry/kernel_file.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

constexpr std::size_t kLineBytes = 256;  // "cpu127" and ten counters of up to 20 digits
constexpr std::string_view kCpu = "cpu";

// Time since boot, in clock ticks.
struct Ticks {
  std::uint64_t idle = 0, all = 0;
};

// From the counters of one line: user nice system idle iowait irq softirq steal. The two guest
// counters that follow are part of user and nice already.
std::optional<Ticks> parse_ticks(std::string_view counters) {
  constexpr int kFields = 8, kIdle = 3, kIoWait = 4;
  Ticks ticks;
  for (int field = 0; field < kFields; ++field) {
    const auto count = to_count(next_word(counters));
    if (!count) return std::nullopt;
    ticks.all += *count;
    if (field == kIdle || field == kIoWait) ticks.idle += *count;
  }
  return ticks;
}

// Absent when no tick has passed. The kernel lets iowait go backwards at times, hence the bounds.
std::optional<double> percent_between(const Ticks& before, const Ticks& now) {
  const auto all = static_cast<double>(now.all) - static_cast<double>(before.all);
  const auto idle = static_cast<double>(now.idle) - static_cast<double>(before.idle);
  if (all <= 0) return std::nullopt;
  return 100 * std::clamp((all - idle) / all, 0.0, 1.0);
}

// Channel 0 is all cores together, channel n + 1 is core n. A core that is offline has no line in
// /proc/stat; it is absent, and once more after it has come back.
class Cpu : public Source {
 public:
  Cpu(KernelFile stat, int cores)
      : stat_(std::move(stat)),
        before_(static_cast<std::size_t>(cores) + 1),
        now_(before_.size()),
        buffer_(before_.size() * kLineBytes) {
    channels_.push_back({"load.cpu", Unit::percent});
    for (int core = 0; core < cores; ++core)
      channels_.push_back({"load.cpu" + std::to_string(core), Unit::percent});
  }

  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    take_counters();
    for (std::size_t i = 0; i < before_.size(); ++i) {
      const bool both = before_[i] && now_[i];
      out[i] = both ? percent_between(*before_[i], *now_[i]) : std::nullopt;
    }
    before_.swap(now_);
  }

 private:
  void take_counters() {
    std::fill(now_.begin(), now_.end(), std::nullopt);
    auto text = stat_.read(buffer_).value_or(std::string_view());
    while (auto line = next_line(text)) {
      auto name = next_word(*line);
      if (!name.starts_with(kCpu)) break;
      name.remove_prefix(kCpu.size());
      const auto core = to_count(name);
      if (!name.empty() && (!core || *core + 1 >= now_.size())) continue;
      now_[name.empty() ? 0 : *core + 1] = parse_ticks(*line);
    }
  }

  KernelFile stat_;
  std::vector<Channel> channels_;
  std::vector<std::optional<Ticks>> before_, now_;
  std::vector<char> buffer_;
};

// The cores that are present, not those that are online: one may be switched on while we watch.
// Without such a list, those that /proc/stat knows now.
int count_cores(const Host& host, std::string_view stat) {
  const auto list = read_text(host.path("/sys/devices/system/cpu/present")).value_or("");
  auto cores = processor_list(list).value_or(std::vector<int>());
  while (auto line = next_line(stat)) {
    const auto name = next_word(*line);
    if (!name.starts_with(kCpu)) break;
    const auto core = processor_list(name.substr(kCpu.size()));
    if (core) cores.push_back(core->front());
  }
  return cores.empty() ? 0 : *std::max_element(cores.begin(), cores.end()) + 1;
}

Result<std::unique_ptr<Source>> open(const Host& host) {
  const auto path = host.path("/proc/stat");
  const auto text = read_text(path).value_or("");
  if (!text.starts_with(kCpu)) return fail("no CPU time in " + in_quotes(path.string()));
  return std::make_unique<Cpu>(KernelFile(path), count_cores(host, text));
}

}  // namespace

extern const SourceKind cpu_source{
    "cpu", "load of every core since the last reading, from /proc/stat", open};

}  // namespace jetmeter
