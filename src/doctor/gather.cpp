#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <system_error>

#include "doctor/checks.h"
#include "doctor/proc_text.h"
#include "jetmeter/backend.h"
#include "jetmeter/doctor.h"

namespace jetmeter {
namespace {

namespace fs = std::filesystem;

// Why a file that should hold something does not tell it.
Error why_not(const Host& host, std::string_view path) {
  const auto file = host.path(path);
  std::error_code unknown;
  if (!fs::exists(file, unknown)) {
    if (unknown == std::errc::permission_denied)
      return {"needs root: this user may not read " + in_quotes(std::string(path))};
    return {"there is no " + in_quotes(std::string(path))};
  }
  if (::access(file.c_str(), R_OK) != 0)
    return {"needs root: this user may not read " + in_quotes(std::string(path))};
  if (!fs::is_regular_file(file, unknown))
    return {in_quotes(std::string(path)) + " is no regular file"};
  return {in_quotes(std::string(path)) + " holds nothing that is understood"};
}

// What `parse` makes of a file.
template <typename T>
Result<T> parsed(const Host& host, std::string_view path,
                 std::optional<T> (*parse)(std::string_view)) {
  const auto text = read_text(host.path(path));
  auto value = text ? parse(*text) : std::nullopt;
  if (!value) return tl::make_unexpected(why_not(host, path));
  return std::move(*value);
}

// Of a recorded machine: where its tree lies is no fact about it.
std::string without_root(std::string text, const Host& host) {
  auto root = host.root.string();
  while (root.size() > 1 && root.ends_with('/')) root.pop_back();
  if (root.size() <= 1) return text;
  for (auto at = text.find(root); at != text.npos; at = text.find(root, at)) {
    const bool alone = text.compare(at + root.size(), 1, "/") != 0;
    text.replace(at, root.size(), alone ? "/" : "");
    at += alone ? 1 : 0;
  }
  return text;
}

std::string word_in(const fs::path& file) {
  const auto words = words_of(read_text(file).value_or("").substr(0, 128));
  return words.empty() ? "" : words[0];
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code unreadable;
  for (fs::directory_iterator it(folder, unreadable), end; !unreadable && it != end;
       it.increment(unreadable))
    found.push_back(it->path());
  std::sort(found.begin(), found.end());
  return found;
}

struct OpenSensor {
  SensorFacts facts;
  std::unique_ptr<Source> source;
};

std::vector<OpenSensor> open_sensors(const Host& host) {
  std::vector<OpenSensor> sensors;
  for (const auto* kind : source_kinds()) {
    OpenSensor sensor{{std::string(kind->name), "", {}}, nullptr};
    auto source = kind->open(host);
    if (source) {
      for (const auto& channel : (*source)->channels()) sensor.facts.channels.push_back({channel});
      sensor.source = std::move(*source);
    } else {
      sensor.facts.reason = without_root(source.error().what, host);
    }
    sensors.push_back(std::move(sensor));
  }
  return sensors;
}

void read_sensors(std::vector<OpenSensor>& sensors, std::optional<double> ChannelFacts::*reading) {
  for (auto& sensor : sensors) {
    if (!sensor.source) continue;
    std::vector<std::optional<double>> values(sensor.facts.channels.size());
    sensor.source->read(values);
    for (std::size_t i = 0; i < values.size(); ++i) sensor.facts.channels[i].*reading = values[i];
    if (const auto* unknown = sensor.source->unknown_words()) sensor.facts.unknown = *unknown;
  }
}

std::optional<ProcessId> process_id(const fs::path& entry) {
  const auto name = entry.filename().string();
  if (name.empty() || name.size() > 9) return std::nullopt;
  if (name.find_first_not_of("0123456789") != name.npos) return std::nullopt;
  return std::stoi(name);
}

std::map<ProcessId, ProcessTime> process_times(const Host& host) {
  std::map<ProcessId, ProcessTime> times;
  for (const auto& entry : entries(host.path("/proc"))) {
    const auto pid = process_id(entry);
    if (!pid || *pid == ::getpid()) continue;
    if (auto time = parse_process_time(read_text(entry / "stat").value_or(""))) times[*pid] = *time;
  }
  return times;
}

Result<std::vector<BusyProcess>> busiest(const std::map<ProcessId, ProcessTime>& before,
                                         const std::map<ProcessId, ProcessTime>& after,
                                         double seconds) {
  if (after.empty()) return fail("no process can be seen in '/proc'");
  if (seconds <= 0) return fail("no time passed between the two readings");
  const double ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::vector<BusyProcess> busy;
  for (const auto& [pid, now] : after) {
    const auto then = before.find(pid);
    if (then == before.end() || now.ticks <= then->second.ticks) continue;
    const auto ticks = static_cast<double>(now.ticks - then->second.ticks);
    busy.push_back({pid, now.name, ticks / ticks_per_second / seconds});
  }
  std::stable_sort(busy.begin(), busy.end(),
                   [](const auto& a, const auto& b) { return a.cores > b.cores; });
  return busy;
}

// Kernel threads are seen in the first PID namespace only. In a container, or where /proc hides the
// processes of others, one that is not there need not be gone.
bool sees_every_process(const Host& host) {
  const auto second = parse_process_time(read_text(host.path("/proc/2/stat")).value_or(""));
  return second && second->name == "kthreadd";
}

Result<GpuUsers> gpu_users(const Host& host) {
  auto clients = read_gpu_clients(host);
  if (!clients) return fail(without_root(clients.error().what, host));
  GpuUsers users{clients->from, {}};
  const bool sees_all = sees_every_process(host);
  for (auto& client : clients->clients) {
    std::error_code ignored;
    const auto folder = host.path("/proc/" + std::to_string(client.pid));
    const bool gone = sees_all && !fs::exists(folder, ignored);
    users.users.push_back({std::move(client), gone});
  }
  return users;
}

Result<std::vector<CpuGovernor>> governors(const Host& host) {
  std::map<std::string, int> counts;
  for (const auto& core : entries(host.path("/sys/devices/system/cpu"))) {
    if (word_in(core / "online") == "0") continue;
    const auto governor = word_in(core / "cpufreq/scaling_governor");
    if (!governor.empty()) ++counts[governor];
  }
  if (counts.empty())
    return tl::make_unexpected(
        why_not(host, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"));
  std::vector<CpuGovernor> all;
  all.reserve(counts.size());
  for (const auto& [name, cores] : counts) all.push_back({name, cores});
  return all;
}

Result<GpuClockFacts> gpu_clock(const Host& host) {
  const auto devices = gpu_devfreq_folders(host);
  if (devices.empty()) return fail("there is no GPU in '/sys/class/devfreq'");
  const auto& device = devices.front();
  const auto now = read_number(device / "cur_freq");
  return GpuClockFacts{word_in(device / "governor"), read_number(device / "min_freq"),
                       read_number(device / "max_freq"),
                       now && *now > 0 ? now : std::nullopt};  // 0: it is without power
}

Result<std::vector<ThermalTrip>> trips(const Host& host) {
  auto all = slowing_trips(host);
  if (all.empty()) return fail("no thermal zone names a point at which the kernel slows down");
  return all;
}

Result<GroupLimits> group_limits(const Host& host) {
  constexpr std::string_view kGroups = "/proc/self/cgroup";
  if (!read_text(host.path(kGroups))) return tl::make_unexpected(why_not(host, kGroups));
  return read_group_limits(host);
}

Result<ClockSource> clock_source(const Host& host) {
  constexpr std::string_view kFolder = "/sys/devices/system/clocksource/clocksource0";
  const auto folder = host.path(kFolder);
  const auto current = word_in(folder / "current_clocksource");
  if (current.empty())
    return tl::make_unexpected(why_not(host, std::string(kFolder) + "/current_clocksource"));
  return ClockSource{current, words_of(read_text(folder / "available_clocksource").value_or(""))};
}

Result<CpuFacts> cpu_facts(const Host& host) {
  const auto text = read_text(host.path("/proc/cpuinfo"));
  if (!text) return tl::make_unexpected(why_not(host, "/proc/cpuinfo"));
  auto facts = parse_cpuinfo(*text);
  facts.steal_share = parse_steal_share(read_text(host.path("/proc/stat")).value_or(""));
  return facts;
}

// What takes two readings.
void watch(const Host& host, const Pause& pause, DoctorFacts& facts) {
  auto sensors = open_sensors(host);
  const auto before = pause ? process_times(host) : std::map<ProcessId, ProcessTime>();
  read_sensors(sensors, &ChannelFacts::first);
  if (pause) {
    const std::chrono::duration<double> seconds = pause();
    read_sensors(sensors, &ChannelFacts::second);
    facts.seconds_between = seconds.count();
    facts.busy = busiest(before, process_times(host), seconds.count());
  } else {
    facts.busy = fail("it takes two readings, and there was one");
  }
  for (auto& sensor : sensors) facts.sensors.push_back(std::move(sensor.facts));
}

// Why a sensor is absent, which was said without a look at what kind of machine this is. Of a
// recorded one it is known only that the recording lacks what the sensor reads.
std::string why_absent(std::string reason, const DoctorFacts& facts) {
  const auto end = std::min(reason.find("; "), reason.size());
  auto hint = reason.substr(end);
  if (is_jetson(facts) && hint == "; only Jetson boards have one") hint.clear();
  reason.resize(end);
  const bool missing = reason.starts_with("no ") || reason.starts_with("there is no ");
  if (!facts.recorded || !missing) return reason + hint;
  const bool of_jetsons = hint.find("Jetson") != hint.npos || hint.find("JetPack") != hint.npos;
  const bool of_kinds = hint.starts_with("; only ") || of_jetsons;
  if (!of_kinds || (of_jetsons && is_jetson(facts))) hint.clear();
  return "not in this recording (" + reason + ")" + hint;
}

}  // namespace

DoctorFacts gather_facts(const Host& host, const Pause& pause) {
  DoctorFacts facts;
  facts.recorded = host.root != Host().root;
  // First, before doctor itself makes work.
  facts.load_average = parsed(host, "/proc/loadavg", leading_number);
  watch(host, pause, facts);
  facts.machine = identify_machine(host);
  for (auto& sensor : facts.sensors) sensor.reason = why_absent(std::move(sensor.reason), facts);
  facts.ledger = read_ledger(host, facts.machine.memory_architecture);
  facts.power_modes = read_power_modes(host);
  facts.clocks = read_clock_states(host);
  facts.uptime_seconds = parsed(host, "/proc/uptime", leading_number);
  facts.swap = parsed(host, "/proc/swaps", parse_swaps);
  facts.gpu_users = gpu_users(host);
  facts.governors = governors(host);
  facts.gpu_clock = gpu_clock(host);
  facts.trips = trips(host);
  facts.limits = group_limits(host);
  facts.clock_source = clock_source(host);
  facts.huge_pages = parsed(host, "/sys/kernel/mm/transparent_hugepage/enabled", bracketed);
  facts.cpu = cpu_facts(host);
  return facts;
}

std::vector<BackendFacts> probe_backends() {
  std::vector<BackendFacts> all;
  for (const auto* backend : backends()) {
    auto probe = backend->probe();
    const auto why = probe.reason.empty() ? "it does not say why" : probe.reason;
    all.push_back({std::string(backend->name), probe.available ? "" : why, probe.version,
                   std::move(probe.devices), std::move(probe.precisions)});
  }
  for (const auto& [name, reason] : missing_backends())
    all.push_back({std::string(name), std::string(reason), "", {}, {}});
  return all;
}

}  // namespace jetmeter
