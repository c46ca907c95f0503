#include <algorithm>
#include <array>
#include <map>

#include "jetmeter/telemetry.h"
#include "telemetry/access.h"
#include "telemetry/energy.h"
#include "telemetry/folder.h"
#include "telemetry/kernel_file.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "intel-rapl:";  // of AMD's processors too

struct Zone {
  KernelFile energy;                                 // microjoules since some moment
  std::optional<std::uint64_t> largest_microjoules;  // then it starts at 0 again
  std::optional<std::size_t> package{};              // the zone that it is a part of
  std::optional<EnergyReading> before{};
  bool counted = false;  // its counter moved between the last two readings
};

std::optional<std::uint64_t> whole_count(std::string_view text) {
  return to_count(trimmed(text));
}

// Power is the energy since the reading before, hence absent at the first, and once more after a
// reading that failed. A package takes some at any moment: where its counter stands still, as in
// many a virtual machine, nothing counts, and that is no 0 W. The next reading is then of all the
// time since it stood. A part can be without power, as an unused GPU is, while its package counts.
class Rapl : public Source {
 public:
  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    for (std::size_t i = 0; i < zones_.size(); ++i) out[i] = watts(zones_[i]);
  }

  void add(const std::string& name, Zone zone) {
    channels_.push_back({unique_name(channels_, "power." + name), Unit::watt});
    zones_.push_back(std::move(zone));
  }

 private:
  std::optional<double> watts(Zone& zone) {
    const auto now = take(zone.energy);
    const auto before = zone.before;
    zone.counted = now && before && now->microjoules != before->microjoules;
    const bool counts = zone.counted || (zone.package && zones_[*zone.package].counted);
    if (now && before && !counts) return std::nullopt;
    zone.before = now;
    return now && before ? mean_watts(*before, *now, zone.largest_microjoules) : std::nullopt;
  }

  static std::optional<EnergyReading> take(const KernelFile& energy) {
    std::array<char, 64> buffer;
    const auto at = system_clock().monotonic();
    const auto text = energy.read_whole(buffer);
    if (!text || text->size() == buffer.size()) return std::nullopt;
    const auto microjoules = whole_count(*text);
    return microjoules ? std::optional(EnergyReading{*microjoules, at}) : std::nullopt;
  }

  std::vector<Channel> channels_;
  std::vector<Zone> zones_;
};

// "intel-rapl:0" for "intel-rapl:0:2"; empty for a zone that is in none.
std::string parent_of(const std::string& zone) {
  const auto colon = zone.rfind(':');
  return colon < kPrefix.size() ? std::string() : zone.substr(0, colon);
}

// "package-0", "dram". Where there are several packages every one has a "dram": it is then
// "package-0-dram".
std::string name_of(const fs::path& zone, bool several_packages) {
  auto name = name_in(zone / "name");
  if (name.empty()) name = zone.filename().string();
  const auto parent = parent_of(zone.filename().string());
  if (parent.empty() || !several_packages) return name;
  return name_in(zone.parent_path() / parent / "name") + "-" + name;
}

Result<std::unique_ptr<Source>> open(const Host& host) {
  const auto folder = host.path("/sys/class/powercap");
  const auto zones = entries_of(folder, kPrefix);
  if (zones.empty())
    return fail("no energy counter (" + std::string(kPrefix) + "*) in " +
                in_quotes(folder.string()) + "; only x86 processors have them");
  const auto packages = std::count_if(zones.begin(), zones.end(), [](const fs::path& zone) {
    return parent_of(zone.filename().string()).empty();
  });
  auto source = std::make_unique<Rapl>();
  std::map<std::string, std::size_t> added;  // the place of each zone that is read
  for (const auto& zone : zones) {
    KernelFile energy(zone / "energy_uj");
    if (!energy.is_open()) continue;
    const auto largest = whole_count(read_text(zone / "max_energy_range_uj").value_or(""));
    const auto id = zone.filename().string();
    const auto package = added.find(parent_of(id));
    added.emplace(id, added.size());
    source->add(name_of(zone, packages > 1),
                {std::move(energy), largest,
                 package == added.end() ? std::nullopt : std::optional(package->second)});
  }
  if (source->channels().empty()) return fail(why_unreadable(zones.front() / "energy_uj"));
  return source;
}

}  // namespace

extern const SourceKind rapl_source{
    "rapl",
    "power of processor packages and their parts, from RAPL's energy counters; not of the board",
    open};

}  // namespace jetmeter
