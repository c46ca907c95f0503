#include <algorithm>
#include <array>

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
  std::optional<EnergyReading> before;
};

std::optional<std::uint64_t> whole_count(std::string_view text) {
  return to_count(trimmed(text));
}

// Power is the energy since the reading before, hence absent at the first, and once more after a
// reading that failed.
class Rapl : public Source {
 public:
  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    for (std::size_t i = 0; i < zones_.size(); ++i) {
      auto& zone = zones_[i];
      const auto now = take(zone.energy);
      const bool both = now && zone.before;
      out[i] = both ? mean_watts(*zone.before, *now, zone.largest_microjoules) : std::nullopt;
      zone.before = now;
    }
  }

  void add(const std::string& name, Zone zone) {
    channels_.push_back({unique_name(channels_, "power." + name), Unit::watt});
    zones_.push_back(std::move(zone));
  }

 private:
  static std::optional<EnergyReading> take(const KernelFile& energy) {
    std::array<char, 64> buffer;
    const auto at = system_clock().monotonic();
    const auto text = energy.read(buffer);
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
  for (const auto& zone : zones) {
    KernelFile energy(zone / "energy_uj");
    if (!energy.is_open()) continue;
    const auto largest = whole_count(read_text(zone / "max_energy_range_uj").value_or(""));
    source->add(name_of(zone, packages > 1), {std::move(energy), largest, std::nullopt});
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
