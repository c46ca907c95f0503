#include <variant>

#include "jetmeter/telemetry.h"
#include "telemetry/folder.h"
#include "telemetry/kernel_file.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

std::vector<KernelFile> open_all(std::span<const std::filesystem::path> paths) {
  std::vector<KernelFile> files;
  for (const auto& path : paths) {
    KernelFile file(path);
    if (file.is_open()) files.push_back(std::move(file));
  }
  return files;
}

// Events that several files count together. A file that cannot be read now, because its core is
// offline, counts with what it said last: what has happened has happened.
struct EventCount {
  std::vector<KernelFile> files;
  std::vector<double> last = std::vector<double>(files.size());

  std::optional<double> read() {
    double sum = 0;
    bool any = false;
    for (std::size_t i = 0; i < files.size(); ++i) {
      const auto now = files[i].number();
      const bool sound = now && *now >= 0;
      if (sound) last[i] = *now;
      any = any || sound;
      sum += last[i];
    }
    return any ? std::optional(sum) : std::nullopt;
  }
};

// 1 while one of the files says so; 0 only when all of them do.
struct Alarm {
  std::vector<KernelFile> files;

  std::optional<double> read() const {
    bool all_clear = true;
    for (const auto& file : files) {
      const auto state = file.number();
      if (state == 1.0) return 1;
      all_clear = all_clear && state == 0.0;
    }
    return all_clear ? std::optional(0.0) : std::nullopt;
  }
};

class Throttling : public Source {
 public:
  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    for (std::size_t i = 0; i < parts_.size(); ++i)
      out[i] = std::visit([](auto& part) { return part.read(); }, parts_[i]);
  }

  // Adds nothing where none of the files can be opened.
  template <typename Part>
  void add(const std::string& name, std::span<const std::filesystem::path> paths) {
    auto files = open_all(paths);
    if (files.empty()) return;
    channels_.push_back({unique_name(channels_, "throttle." + name), Unit::count});
    parts_.push_back(Part{std::move(files)});
  }

 private:
  std::vector<Channel> channels_;
  std::vector<std::variant<EventCount, Alarm>> parts_;
};

// "soctherm_oc" of Orin and Thor: 1 is under-voltage, 2 the mean and 3 the momentary over-current.
// Each event slows the CPU or the GPU down.
void add_over_current(Throttling& source, const std::filesystem::path& chip) {
  for (const auto& file : entries_of(chip, "oc")) {
    const auto number = number_between(file.filename().string(), "oc", "_event_cnt");
    if (number) source.add<EventCount>("oc" + std::to_string(*number), {&file, 1});
  }
}

// The INA3221 compares each rail with two limits.
void add_rail_alarms(Throttling& source, const std::filesystem::path& chip) {
  for (const auto* number : {"1", "2", "3"}) {
    const std::string n = number;
    auto label = name_in(chip / ("in" + n + "_label"));
    if (label.empty()) label = name_in(chip / ("curr" + n + "_label"));
    if (label.empty() || label == "NC") continue;
    const std::filesystem::path files[] = {chip / ("curr" + n + "_max_alarm"),
                                           chip / ("curr" + n + "_crit_alarm")};
    source.add<Alarm>(label + "_alarm", files);
  }
}

Result<std::unique_ptr<Source>> open(const Host& host) {
  auto source = std::make_unique<Throttling>();
  const auto folder = host.path("/sys/class/hwmon");
  for (const auto& chip : entries_of(folder, "hwmon")) {
    add_over_current(*source, chip);
    if (name_in(chip / "name") == "ina3221") add_rail_alarms(*source, chip);
  }
  const auto cpus = host.path("/sys/devices/system/cpu");
  std::vector<std::filesystem::path> cores;
  for (const auto& core : entries_of(cpus, "cpu"))
    cores.push_back(core / "thermal_throttle/core_throttle_count");
  source->add<EventCount>("cpu", cores);
  if (source->channels().empty())
    return fail("no over-current counter or alarm in " + in_quotes(folder.string()) +
                " and no thermal_throttle in " + in_quotes(cpus.string()));
  return source;
}

}  // namespace

// Counters lose nothing between two readings, and each takes a message to the boot processor of a
// Jetson or, of the INA3221, half a millisecond on its bus.
extern const SourceKind throttling_source{
    "throttling",
    "over-current events and alarms of a Jetson, thermal throttling of x86 cores since boot", open,
    std::chrono::milliseconds(500)};

}  // namespace jetmeter
