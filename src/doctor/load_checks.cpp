#include <fmt/format.h>

#include <algorithm>

#include "doctor/checks.h"

namespace jetmeter {
namespace {

std::string busiest(const DoctorFacts& facts) {
  constexpr std::size_t kShown = 3;
  constexpr double kWorthNaming = 0.05;
  if (!facts.busy) return "";
  std::vector<std::string> names;
  for (const auto& process : *facts.busy) {
    if (names.size() == kShown || process.cores < kWorthNaming) break;
    names.push_back(
        fmt::format("{} ({}) {:.0f} %", process.name, process.pid, 100 * process.cores));
  }
  return names.empty() ? "" : ": " + list_of(names) + " of a core";
}

// In percent of all cores: as measured between the readings, else as many as wanted to run in the
// last minute.
struct CpuLoad {
  double percent = 0;
  std::string what;
};

std::optional<CpuLoad> cpu_load(const DoctorFacts& facts) {
  if (const auto load = latest(facts, "load.cpu"))
    return CpuLoad{*load, fmt::format("the CPU is {:.0f} % busy{}", *load, busiest(facts))};
  if (!facts.load_average || facts.machine.cores <= 0) return std::nullopt;
  return CpuLoad{100 * *facts.load_average / facts.machine.cores,
                 fmt::format("{:.2f} processes on average wanted to run in the last minute, on {} "
                             "cores",
                             *facts.load_average, facts.machine.cores)};
}

std::optional<Finding> cpu_busy(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "cpu_busy";
  constexpr double kSome = 10, kMuch = 25;  // percent
  const auto load = cpu_load(facts);
  if (!load)
    return not_known(kCode, "how busy the CPU is",
                     facts.seconds_between ? why_no_channel(facts, "cpu", "load.cpu")
                                           : "it takes two readings, and there was one");
  if (load->percent < kSome) return fine(kCode, load->what);
  return Finding{
      load->percent < kMuch ? Severity::note : Severity::warning, std::string(kCode), load->what,
      "other work takes cores, caches and memory bandwidth from the run, and clocks from "
      "all",
      ""};
}

constexpr double kBusyGpu = 5;  // percent

// "GPU 1 is 97 % busy"
std::string load_in_words(const GpuLoad& gpu) {
  return *gpu.percent < kBusyGpu ? fmt::format("{} is idle ({:.0f} %)", gpu.name, *gpu.percent)
                                 : fmt::format("{} is {:.0f} % busy", gpu.name, *gpu.percent);
}

struct GpusByLoad {
  std::vector<std::string> busy, idle, untold;  // the last: by name
};

GpusByLoad by_load(const std::vector<GpuLoad>& gpus) {
  GpusByLoad all;
  for (const auto& gpu : gpus) {
    if (!gpu.percent)
      all.untold.push_back(gpu.name);
    else
      (*gpu.percent < kBusyGpu ? all.idle : all.busy).push_back(load_in_words(gpu));
  }
  return all;
}

std::optional<Finding> gpu_busy(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "gpu_busy";
  if (!has_gpu(facts)) return std::nullopt;
  const auto gpus = by_load(gpu_loads(facts));
  if (gpus.busy.empty() && !gpus.untold.empty())
    return not_known(kCode, fmt::format("how busy {} is", list_of(gpus.untold)),
                     why_no_channel(facts, is_jetson(facts) ? "gpu_load" : "nvml", "load.gpu"));
  if (gpus.busy.empty()) return fine(kCode, list_of(gpus.idle));
  auto what = list_of(gpus.busy) + " before anything of jetmeter runs";
  if (!gpus.idle.empty()) what += "; " + list_of(gpus.idle);
  if (!gpus.untold.empty())
    what += fmt::format("; how busy {} is, is not told", list_of(gpus.untold));
  return Finding{
      Severity::warning, std::string(kCode), std::move(what),
      "the GPU takes turns between processes: every inference waits for the others'; stop "
      "them first",
      show_gpu_users(facts)};
}

std::optional<Finding> pressure(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "pressure";
  constexpr double kSome = 1, kMuch = 10;  // percent of the last 10 s
  std::vector<std::string> stalls;
  bool any = false;
  double most = 0;
  for (const auto* what : {"memory", "io"}) {
    const auto share = latest(facts, fmt::format("pressure.{}", what));
    any = any || share.has_value();
    if (share.value_or(0) < kSome) continue;
    most = std::max(most, *share);
    stalls.push_back(fmt::format("{} {:.0f} %", what, *share));
  }
  if (!any)
    return not_known(kCode, "whether processes wait for memory or disk",
                     why_no_channel(facts, "pressure", "pressure.memory"));
  if (stalls.empty()) return fine(kCode, "nobody waits for memory or disk");
  return Finding{most < kMuch ? Severity::note : Severity::warning, std::string(kCode),
                 "of the last 10 s somebody waited for " + list_of(stalls),
                 "a run would wait in the same queue", ""};
}

std::optional<Finding> cpu_limit(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "cpu_limit";
  if (!facts.limits)
    return not_known(kCode, "whether a container limits the CPU", facts.limits.error().what);
  const auto& cores = facts.limits->cores;
  if (!facts.limits->why_no_cores.empty())
    return not_known(kCode, "whether a container limits the CPU", facts.limits->why_no_cores);
  if (!cores || *cores >= facts.machine.cores) return fine(kCode, "no container limits the CPU");
  return Finding{
      Severity::warning, std::string(kCode),
      fmt::format("this process may use {:.3g} of {} cores", *cores, facts.machine.cores),
      "its control group is stopped for the rest of each period once that is "
      "used up: latency outliers that the model did not cause",
      ""};
}

std::optional<Finding> virtual_machine(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "virtual_machine";
  constexpr double kSome = 0.01;
  if (is_jetson(facts)) return std::nullopt;
  if (!facts.cpu)
    return not_known(kCode, "whether this is a virtual machine", facts.cpu.error().what);
  if (!facts.cpu->hypervisor)
    return not_known(kCode, "whether this is a virtual machine",
                     "'/proc/cpuinfo' lists no flags of an x86 CPU");
  if (!*facts.cpu->hypervisor) return fine(kCode, "no virtual machine");
  const auto& steal = facts.cpu->steal_share;
  const auto what = steal ? fmt::format(
                                "a virtual machine; its host took {:.1f} % of the CPU's time "
                                "since boot",
                                100 * *steal)
                          : "a virtual machine";
  return Finding{steal.value_or(0) < kSome ? Severity::note : Severity::warning, std::string(kCode),
                 what,
                 "the host gives the cores to others without a word, and sensors of power, clocks "
                 "and temperature are mostly not passed on",
                 ""};
}

std::optional<Finding> clock_source(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "clock_source";
  if (!facts.clock_source)
    return not_known(kCode, "which clock tells the time", facts.clock_source.error().what);
  const auto& source = *facts.clock_source;
  const auto what = "time comes from " + source.current;
  constexpr std::string_view kSlow[] = {"hpet", "acpi_pm", "jiffies", "refined-jiffies"};
  if (std::find(std::begin(kSlow), std::end(kSlow), source.current) == std::end(kSlow))
    return fine(kCode, what);
  const bool tsc =
      std::find(source.available.begin(), source.available.end(), "tsc") != source.available.end();
  return Finding{Severity::warning, std::string(kCode), what,
                 "every look at this clock is a call into the kernel, and each stage of a frame "
                 "looks at it twice",
                 tsc ? "echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/"
                       "current_clocksource"
                     : ""};
}

std::optional<Finding> unknown_words(const DoctorFacts& facts) {
  for (const auto& sensor : facts.sensors)
    if (sensor.unknown.count > 0)
      return Finding{Severity::note, sensor.name + "_unknown",
                     fmt::format("{}: {}", sensor.name, in_words(sensor.unknown)),
                     "a release of the tool that jetmeter does not know; what these words tell is "
                     "not read, all else is",
                     ""};
  return std::nullopt;
}

constexpr DoctorCheck kChecks[] = {cpu_busy,        gpu_busy,     pressure,     cpu_limit,
                                   virtual_machine, clock_source, unknown_words};

}  // namespace

std::span<const DoctorCheck> load_checks() {
  return kChecks;
}

}  // namespace jetmeter
