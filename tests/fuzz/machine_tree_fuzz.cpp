// What opens files of its own: every source, the ledger, the machine, processes, and the limit of a
// worker, on a machine whose every file holds the input.
#include <array>

#include "fuzz/machine_tree.h"
#include "jetmeter/machine.h"
#include "jetmeter/memory.h"
#include "jetmeter/memory_limit.h"
#include "jetmeter/processes.h"
#include "jetmeter/telemetry.h"

namespace jetmeter {
namespace {

constexpr std::array kFiles{"/etc/nv_tegra_release",
                            "/etc/nvpmodel.conf",
                            "/proc/812/comm",
                            "/proc/812/smaps_rollup",
                            "/proc/812/stat",
                            "/proc/812/statm",
                            "/proc/812/status",
                            "/proc/buddyinfo",
                            "/proc/cpuinfo",
                            "/proc/device-tree/compatible",
                            "/proc/device-tree/model",
                            "/proc/device-tree/nvidia,dtsfilename",
                            "/proc/driver/nvidia/gpus/0000:01:00.0/information",
                            "/proc/meminfo",
                            "/proc/pressure/cpu",
                            "/proc/pressure/io",
                            "/proc/pressure/memory",
                            "/proc/self/cgroup",
                            "/proc/stat",
                            "/proc/swaps",
                            "/proc/sys/kernel/osrelease",
                            "/proc/uptime",
                            "/proc/vmstat",
                            "/sys/block/zram0/mm_stat",
                            "/sys/bus/i2c/devices/0-0050/eeprom",
                            "/sys/class/devfreq/17000000.gpu/available_frequencies",
                            "/sys/class/devfreq/17000000.gpu/cur_freq",
                            "/sys/class/devfreq/17000000.gpu/device/load",
                            "/sys/class/devfreq/17000000.gpu/device/tpc_pg_mask",
                            "/sys/class/devfreq/17000000.gpu/max_freq",
                            "/sys/class/devfreq/17000000.gpu/min_freq",
                            "/sys/class/hwmon/hwmon0/curr1_input",
                            "/sys/class/hwmon/hwmon0/in1_input",
                            "/sys/class/hwmon/hwmon0/oc1_event_cnt",
                            "/sys/class/hwmon/hwmon1/power1_input",
                            "/sys/class/hwmon/hwmon1/power1_label",
                            "/sys/class/hwmon/hwmon2/pwm1",
                            "/sys/class/hwmon/hwmon2/rpm",
                            "/sys/class/powercap/intel-rapl:0/energy_uj",
                            "/sys/class/powercap/intel-rapl:0/max_energy_range_uj",
                            "/sys/class/powercap/intel-rapl:0/name",
                            "/sys/class/thermal/thermal_zone0/temp",
                            "/sys/class/thermal/thermal_zone0/type",
                            "/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq",
                            "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
                            "/sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq",
                            "/sys/devices/system/cpu/cpu0/cpufreq/scaling_min_freq",
                            "/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count",
                            "/sys/devices/system/cpu/online",
                            "/sys/devices/system/cpu/present",
                            "/sys/fs/cgroup/cgroup.subtree_control",
                            "/sys/fs/cgroup/user.slice/cgroup.subtree_control",
                            "/sys/kernel/debug/bpmp/debug/clk/emc/max_rate",
                            "/sys/kernel/debug/bpmp/debug/clk/emc/rate",
                            "/sys/kernel/debug/cactmon/mc_all",
                            "/sys/kernel/debug/nvmap/iovmm/clients",
                            "/tool/nvidia_smi.txt",
                            "/var/lib/nvpmodel/status"};

// What is read only behind a name.
constexpr std::array kNames{std::pair{"/sys/class/hwmon/hwmon0/name", "ina3221\n"},
                            std::pair{"/sys/class/hwmon/hwmon0/in1_label", "VDD_IN\n"},
                            std::pair{"/sys/class/hwmon/hwmon1/name", "power_meter\n"},
                            std::pair{"/sys/class/hwmon/hwmon2/name", "pwmfan\n"}};

// Where a group of the limit can be made: below the folders of both hierarchies.
constexpr std::array kGroupFolders{"/sys/fs/cgroup", "/sys/fs/cgroup/user.slice",
                                   "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/user.slice"};
constexpr std::array kGroupFiles{"memory.events", "memory.oom_control", "memory.peak",
                                 "memory.max_usage_in_bytes"};
constexpr const char* kGroup = "jm_fuzz";

const MachineTree& tree() {
  static const MachineTree* const made = [] {
    static MachineTree one;
    for (const auto* file : kFiles) one.link(file);
    for (const auto& [file, text] : kNames) one.keep(file, text);
    for (const auto* folder : kGroupFolders)
      std::filesystem::create_directories(one.host().path(folder));
    return &one;
  }();
  return *made;
}

void read_sources(const Host& host) {
  for (const auto* kind : source_kinds()) {
    const auto source = kind->open(host);
    if (!source) continue;
    std::vector<std::optional<double>> values((*source)->channels().size());
    for (int reading = 0; reading < 2; ++reading) (*source)->read(values);
  }
}

void read_processes(const Host& host) {
  static_cast<void>(largest_processes(host, 4));
  static_cast<void>(read_process(host, 812));
  static_cast<void>(read_gpu_clients(host));
}

// A path of the input that leads upwards would leave the tree, and the limit makes a folder there.
void read_limit(const Host& host, std::string_view text) {
  if (text.find("..") != text.npos) return;
  const auto limit =
      MemoryLimit::prepare(host, {.bytes = 1 << 20, .limiter = Limiter::cgroup, .cgroup = kGroup});
  for (const auto* folder : kGroupFolders) {
    const auto group = std::string(folder) + "/" + kGroup;
    if (!std::filesystem::exists(host.path(group))) continue;
    for (const auto* file : kGroupFiles) {
      std::error_code error;
      if (!std::filesystem::exists(host.path(group + "/" + file), error))
        tree().link(group + "/" + file);
    }
    static_cast<void>(limit.kills());
    static_cast<void>(limit.peak_bytes());
    std::filesystem::remove_all(host.path(group));
  }
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
  return {
      "MemTotal: 7802880 kB\nMemFree: 110000 kB\nMemAvailable: 900000 kB\nCached: 800 kB\n"
      "Buffers: 4 kB\nSReclaimable: 9 kB\nSwapTotal: 100 kB\nSwapFree: 60 kB\n"
      "NvMapMemUsed: 4329428 kB\n",
      "Node 0, zone      DMA      1      2      0      1\n"
      "Node 0, zone   Normal   1356    760    120     17\n",
      "pgpgin 812\npswpin 12\npswpout 34\n",
      "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 0 0\nintr 1 2\n",
      "some avg10=0.12 avg60=0.34 avg300=0.00 total=123456\n"
      "full avg10=0.00 avg60=0.00 avg300=0.00 total=99\n",
      "4096 2048 8192 0 8192 0 0 0\n",
      "Driver Version : 550.54.15\nGPU 00000000:01:00.0\n    Product Name : A GPU\n"
      "    FB Memory Usage\n        Total : 81920 MiB\n        Used : 4 MiB\n"
      "    Utilization\n        Gpu : 12 %\n    Clocks\n        SM : 1410 MHz\n",
      "0::/user.slice\n4:memory:/user.slice\n",
      "cpuset cpu memory pids\n",
      "low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\n",
      "CLIENT PROCESS PID SIZE\nuser VLLM::EngineCor 1792595 4311552K\ntotal 4311552K\n",
      "812 (a name) S 1 812 812 0 -1 4194560 123 0 4 0 10 20 0 0 20 0 5 0 100 1000 200\n",
      "0-3,5\n",
      "1020000000\n",
      "306000000 612000000 1020000000\n",
      std::string("nvidia,p3768-0000+p3767-0005\0nvidia,tegra234\0", 45)};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const auto text = as_text(data, size);
  const auto host = tree().host();
  tree().hold(text);
  read_sources(host);
  read_processes(host);
  for (const auto architecture :
       {MemoryArchitecture::unified, MemoryArchitecture::discrete, MemoryArchitecture::host})
    static_cast<void>(read_ledger(host, architecture));
  static_cast<void>(identify_machine(host));
  read_limit(host, text);
  return 0;
}
