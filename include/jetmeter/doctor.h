// What this machine is, what works on it, what would distort a measurement now, and which settings
// suit it. Gathering reads; everything else is pure. Nothing is changed, and nothing is run.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jetmeter/clock_states.h"
#include "jetmeter/core.h"
#include "jetmeter/group_limits.h"
#include "jetmeter/machine.h"
#include "jetmeter/memory.h"
#include "jetmeter/power_modes.h"
#include "jetmeter/processes.h"
#include "jetmeter/swap.h"
#include "jetmeter/telemetry.h"
#include "jetmeter/thermal_limits.h"

namespace jetmeter {

struct BackendFacts {
  std::string name;
  std::string reason;  // why it cannot be used; empty when it can
  std::string version;
  std::vector<std::string> devices, precisions;
};

struct ChannelFacts {
  Channel channel;
  // Of two readings; the second is absent where only one was made.
  std::optional<double> first, second;

  std::optional<double> latest() const { return second ? second : first; }
  // How much it grew from the first to the second.
  std::optional<double> growth() const;
};

struct SensorFacts {
  std::string name;
  std::string reason;  // why it could not be opened; empty when it is open
  std::vector<ChannelFacts> channels;
  UnknownWords unknown{};
};

struct BusyProcess {
  ProcessId pid = 0;
  std::string name;
  double cores = 0;  // that it kept busy between the two readings
};

struct GpuUsers {
  struct User {
    GpuClient client;
    bool gone = false;  // surely: no such process exists any more
  };
  std::string from;  // "nvmap", "NVML"
  std::vector<User> users;
};

// How the cores that are online choose their clocks: "schedutil" on 6 of them.
struct CpuGovernor {
  std::string name;
  int cores = 0;
};

struct GpuClockFacts {
  std::string governor;
  std::optional<double> min_hz, max_hz, now_hz;
};

struct ClockSource {
  std::string current;
  std::vector<std::string> available;
};

struct CpuFacts {
  std::optional<bool> hypervisor;     // absent where the CPU has no flag for it
  std::optional<double> steal_share;  // of the time since boot, in [0, 1]
  std::optional<int> physical_cores;  // absent where it is not told
  bool int8_dot_product = false;      // AVX-VNNI, or Arm's dot product
};

// For what has not been looked for.
inline tl::unexpected<Error> not_looked_for() {
  return fail("it was not looked for");
}

// A Result that failed says why the fact is not known. Facts that a kind of machine does not have
// (power modes of a PC) are left as they are and judged by nobody.
struct DoctorFacts {
  bool recorded = false;  // a tree of files, not the machine that this program runs on
  Machine machine;
  Ledger ledger;
  PowerModes power_modes;
  ClockStates clocks;
  std::vector<BackendFacts> backends;
  std::vector<SensorFacts> sensors;
  std::optional<double> seconds_between;  // the two readings
  Result<double> uptime_seconds = not_looked_for();
  Result<double> load_average = not_looked_for();  // of the last minute
  Result<std::vector<SwapArea>> swap = not_looked_for();
  Result<std::vector<BusyProcess>> busy = not_looked_for();  // the busiest first
  Result<GpuUsers> gpu_users = not_looked_for();
  Result<std::vector<CpuGovernor>> governors = not_looked_for();
  Result<GpuClockFacts> gpu_clock = not_looked_for();
  Result<std::vector<ThermalTrip>> trips = not_looked_for();
  Result<GroupLimits> limits = not_looked_for();
  Result<ClockSource> clock_source = not_looked_for();
  Result<std::string> huge_pages = not_looked_for();  // "always", "madvise", "never"
  Result<CpuFacts> cpu = not_looked_for();
};

// Lets time pass between the two readings, and says how much it was.
using Pause = std::function<Nanoseconds()>;
// Reads under host.root only. Without a pause there is one reading. Leaves `backends` empty.
DoctorFacts gather_facts(const Host&, const Pause& = {});
// Of this build on this machine; loads the runtimes.
std::vector<BackendFacts> probe_backends();

enum class Severity { ok, note, warning, unknown };
std::string_view name(Severity);

struct Finding {
  Severity severity = Severity::ok;
  std::string code;     // of what was checked; stable: "power_mode"
  std::string what;     // the fact, with its numbers; what is not known, when unknown
  std::string why;      // why it distorts a measurement; why it is not known; empty when ok
  std::string command;  // what a person may run; may be empty
};
// In the order in which they should be read: by kind of check, not by severity. A check that does
// not concern this kind of machine leaves no finding. Pure.
std::vector<Finding> diagnose(const DoctorFacts&);

struct Advice {
  std::string setting;  // stable: "precision", "memory_limit"
  std::string value, reason;
  std::string option;  // with the jobs that take it: "detect: --max-frames 299"; may be empty
};
// Pure.
std::vector<Advice> recommend(const DoctorFacts&);

struct Style {
  bool color = false;
  std::size_t columns = 100;  // text is wrapped there
};
// Pure; both compute the findings and the advice themselves.
std::string doctor_text(const DoctorFacts&, const Style&);
std::string doctor_json(const DoctorFacts&);

}  // namespace jetmeter
