#include <algorithm>

#include "jetmeter/telemetry.h"
#include "telemetry/kernel_file.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

constexpr std::size_t kLineBytes = 256;  // "cpu127" and ten counters of up to 20 digits
constexpr std::string_view kCpu = "cpu";
constexpr double kHertzPerKilohertz = 1e3;

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

// The clock of one core, which may go offline and come back while we watch. An offline core's file
// goes on telling the last clock it had, or is gone and, later, another one: hence it is opened
// whenever the core comes online, and asked only while it is.
class CoreClock {
 public:
  CoreClock(std::size_t core, std::filesystem::path path) : core_(core), path_(std::move(path)) {}

  std::size_t core() const { return core_; }

  std::optional<double> hertz(bool online) {
    if (online && (!online_ || !file_.is_open())) file_ = KernelFile(path_);
    online_ = online;
    const auto kilohertz = online ? file_.number() : std::nullopt;
    const bool sound = kilohertz && *kilohertz > 0;
    return sound ? std::optional(*kilohertz * kHertzPerKilohertz) : std::nullopt;
  }

 private:
  std::size_t core_;
  std::filesystem::path path_;
  KernelFile file_;
  bool online_ = false;
};

// Channel 0 is all cores together, channel n + 1 is core n. A core that is offline has no line in
// /proc/stat; its load is absent, and once more after it has come back. Then the clocks, of the
// cores that have one.
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

  void add_clock(int core, std::filesystem::path file) {
    channels_.push_back({"clock.cpu" + std::to_string(core), Unit::hertz});
    clocks_.emplace_back(static_cast<std::size_t>(core), std::move(file));
  }

  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    take_counters();
    for (std::size_t i = 0; i < before_.size(); ++i) {
      const bool both = before_[i] && now_[i];
      out[i] = both ? percent_between(*before_[i], *now_[i]) : std::nullopt;
    }
    auto slot = out.begin() + static_cast<std::ptrdiff_t>(before_.size());
    for (auto& clock : clocks_) *slot++ = clock.hertz(now_[clock.core() + 1].has_value());
    before_.swap(now_);
  }

 private:
  void take_counters() {
    std::fill(now_.begin(), now_.end(), std::nullopt);
    auto text = stat_.read_whole(buffer_).value_or(std::string_view());
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
  std::vector<CoreClock> clocks_;
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

// Where one core has a clock, one that is offline may show its own once it has come online.
void add_clocks(Cpu& cpu, const Host& host, int cores) {
  std::vector<std::pair<int, std::filesystem::path>> clocks;
  bool any = false;
  for (int core = 0; core < cores; ++core) {
    const auto folder = host.path("/sys/devices/system/cpu/cpu" + std::to_string(core));
    auto file = folder / "cpufreq/scaling_cur_freq";
    std::error_code error;
    const bool exists = std::filesystem::exists(file, error);
    const bool offline = read_number(folder / "online") == 0.0;
    any = any || exists;
    if (exists || offline) clocks.emplace_back(core, std::move(file));
  }
  if (!any) return;
  for (auto& [core, file] : clocks) cpu.add_clock(core, std::move(file));
}

Result<std::unique_ptr<Source>> open(const Host& host) {
  const auto path = host.path("/proc/stat");
  const auto text = read_text(path).value_or("");
  if (!text.starts_with(kCpu)) return fail("no CPU time in " + in_quotes(path.string()));
  const int cores = count_cores(host, text);
  auto cpu = std::make_unique<Cpu>(KernelFile(path), cores);
  add_clocks(*cpu, host, cores);
  return cpu;
}

}  // namespace

// The kernel counts in steps of 10 ms: a fifth of a second knows a core's load to 5 percent.
extern const SourceKind cpu_source{
    "cpu",
    "load of every core since the last reading, from /proc/stat, and its clock, from cpufreq", open,
    std::chrono::milliseconds(200)};

}  // namespace jetmeter
