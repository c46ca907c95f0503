// From trees of files to what a person sees: golden files of two machines, no surprise on any
// other, and none on damaged ones. JM_UPDATE_GOLDEN=1 rewrites the golden files.
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "jetmeter/doctor.h"
#include "support/board_copy.h"
#include "support/no_file.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::filesystem::path kTests = JM_TESTS_DIR;

std::vector<std::string> boards() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kTests / "boards"))
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

Host recorded(std::string_view board) {
  return Host{kTests / "boards" / board};
}

Finding finding(const DoctorFacts& facts, std::string_view code) {
  for (const auto& one : diagnose(facts))
    if (one.code == code) return one;
  return {Severity::unknown, "(none)", "no finding of this code", "", ""};
}

DoctorFacts golden_facts(std::string_view board) {
  auto facts = gather_facts(recorded(board));
  facts.backends = {{"onnxruntime", "", "1.17.3", {"cpu"}, {"float32"}},
                    {"tensorrt", "its library was not found by CMake", "", {}, {}}};
  return facts;
}

void compare(const std::string& actual, const std::string& name) {
  const auto path = kTests / "golden" / name;
  if (std::getenv("JM_UPDATE_GOLDEN")) std::ofstream(path, std::ios::binary) << actual;
  EXPECT_EQ(actual, read_text(path).value_or("(there is no " + path.string() + ")"));
}

class GoldenDoctor : public testing::TestWithParam<const char*> {};

TEST_P(GoldenDoctor, Text) {
  compare(doctor_text(golden_facts(GetParam()), {}), std::string("doctor_") + GetParam() + ".txt");
}

TEST_P(GoldenDoctor, Json) {
  compare(doctor_json(golden_facts(GetParam())), std::string("doctor_") + GetParam() + ".json");
}

INSTANTIATE_TEST_SUITE_P(, GoldenDoctor, testing::Values("orin-nano-super", "x86-host"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

void expect_sound_document(const DoctorFacts& facts) {
  const auto document = nlohmann::json::parse(doctor_json(facts));
  for (const auto* key : {"doctor", "recorded", "machine", "backends", "sensors", "warnings",
                          "findings", "recommendations"})
    EXPECT_TRUE(document.contains(key)) << key;
  for (const auto& one : document.at("findings")) {
    for (const auto* key : {"code", "severity", "what", "why", "command"})
      EXPECT_TRUE(one.contains(key)) << one;
    EXPECT_EQ(one.at("why").is_null(), one.at("severity") == "ok") << one;
  }
  for (const auto& sensor : document.at("sensors"))
    EXPECT_EQ(sensor.at("reason").is_null(), sensor.at("available")) << sensor;
  const auto text = doctor_text(facts, {});
  EXPECT_EQ(text.back(), '\n');
  for (const char c : text) EXPECT_TRUE(c == '\n' || (c & 0xFF) >= 0x20) << text;
}

TEST(EveryBoard, GetsASoundDocument) {
  EXPECT_GE(boards().size(), 10u);
  for (const auto& board : boards()) {
    SCOPED_TRACE(board);
    const auto facts = gather_facts(recorded(board));
    expect_sound_document(facts);
    EXPECT_THAT(doctor_json(facts), Not(HasSubstr(kTests.string())));
  }
}

// What a recorded tree cannot tell is not taken from the machine that reads it.
TEST(EveryBoard, IsNotMixedWithThisMachine) {
  for (const auto& board : boards()) {
    SCOPED_TRACE(board);
    const BoardCopy silent(board);
    for (const auto* path : {"/proc/self", "/sys/devices/system/clocksource", "/proc/swaps"})
      silent.remove(path);
    const auto facts = gather_facts(silent.host());
    EXPECT_TRUE(facts.recorded);
    EXPECT_FALSE(facts.swap);
    EXPECT_FALSE(facts.busy);
    EXPECT_EQ(facts.seconds_between, std::nullopt);
    EXPECT_EQ(finding(facts, "memory_limit").severity, Severity::unknown);
    EXPECT_EQ(finding(facts, "clock_source").severity, Severity::unknown);
    EXPECT_EQ(finding(facts, "huge_pages").severity, Severity::unknown);
  }
}

TEST(EveryBoard, IsJudgedByItsOwnPowerModes) {
  const auto mode = [](std::string_view board) {
    return finding(gather_facts(recorded(board)), "power_mode");
  };
  EXPECT_EQ(mode("orin-nano-super").severity, Severity::ok);
  EXPECT_EQ(mode("orin-nx-16").severity, Severity::ok);
  EXPECT_EQ(mode("agx-orin-64-jp6").severity, Severity::warning);
  EXPECT_EQ(mode("agx-orin-64-jp6").command, "sudo nvpmodel -m 0");
  EXPECT_THAT(mode("agx-orin-64-jp6").what, HasSubstr("8 of 12 cores and 8 of 16 SMs are on"));
  EXPECT_EQ(mode("agx-orin-64-jp5").severity, Severity::ok);
  EXPECT_EQ(mode("agx-orin-64-jp7").severity, Severity::ok);
  EXPECT_EQ(mode("nano").severity, Severity::ok);
  EXPECT_EQ(mode("agx-thor").command, "sudo nvpmodel -m 0");
  EXPECT_EQ(mode("xavier-nx").severity, Severity::note);
  EXPECT_THAT(mode("xavier-nx").what, HasSubstr("most cores: MODE_15W_6CORE (id 2), 6"));
  EXPECT_EQ(mode("xavier-nx").command, "") << "the faster cores are two of six";
  EXPECT_EQ(mode("x86-host").code, "(none)");
}

// 33184 MiB of VRAM are free, and more of the RAM.
TEST(RecordedServer, GetsALimitThatItsGpuHolds) {
  const auto advice = recommend(gather_facts(recorded("x86-nvidia")));
  const auto limit = std::find_if(advice.begin(), advice.end(),
                                  [](const Advice& one) { return one.setting == "memory_limit"; });
  ASSERT_NE(limit, advice.end());
  EXPECT_EQ(limit->value, "25.9 GiB in all, 13.0 GiB for each of two models");
  EXPECT_EQ(limit->option,
            "bench: --memory-limit 13273MiB; detect: --memory-limit 8192MiB, the most it takes");
}

TEST(RecordedServer, WithTwoGpusIsSentToTheIdleOne) {
  const auto facts = gather_facts(recorded("x86-two-a100"));
  EXPECT_THAT(finding(facts, "gpu_busy").what, HasSubstr("GPU 0 is 97 % busy"));
  EXPECT_THAT(finding(facts, "gpu_busy").what, HasSubstr("GPU 1 is idle (0 %)"));
  EXPECT_THAT(doctor_text(facts, {}), HasSubstr("--device cuda:1"));
  EXPECT_THAT(doctor_text(facts, {}), Not(HasSubstr("they share one GPU")));
}

std::string why_absent(const DoctorFacts& facts, std::string_view sensor) {
  for (const auto& one : facts.sensors)
    if (one.name == sensor) return one.reason;
  return "(no such sensor)";
}

TEST(AbsentSensor, OfARecordedBoardIsNotInTheRecording) {
  const BoardCopy board("orin-nano-super");
  for (const auto* path : {"/usr/bin/tegrastats", "/sys/kernel/debug", "/sys/class/devfreq"})
    board.remove(path);
  const auto facts = gather_facts(board.host());
  EXPECT_EQ(why_absent(facts, "tegrastats"),
            "not in this recording (no program '/usr/bin/tegrastats')");
  EXPECT_EQ(why_absent(facts, "emc"),
            "not in this recording (no clock of a memory controller in '/sys/kernel/debug' or "
            "'/sys/class/devfreq/bwmgr')");
  EXPECT_EQ(why_absent(facts, "nvmap"),
            "not in this recording (there is no '/sys/kernel/debug/nvmap/iovmm/clients')");
  EXPECT_EQ(why_absent(facts, "pressure"),
            "not in this recording (no pressure can be read from '/proc/pressure')");
  EXPECT_EQ(why_absent(facts, "cpu"), "");
  EXPECT_EQ(why_absent(gather_facts(recorded("x86-host")), "tegrastats"),
            "not in this recording (no program '/usr/bin/tegrastats'); it comes with JetPack");
}

// That only Jetson boards have it says nothing on one.
TEST(EveryBoard, OfJetsonIsNotToldWhatOnlyJetsonsHave) {
  for (const auto& name : boards()) {
    if (name.starts_with("x86")) continue;
    for (const auto& sensor : gather_facts(recorded(name)).sensors) {
      EXPECT_THAT(sensor.reason, Not(HasSubstr("only Jetson"))) << name;
      EXPECT_THAT(sensor.reason, Not(HasSubstr("comes with JetPack"))) << name;
    }
  }
}

// The driver cannot be asked; what nvidia-smi said of it can.
TEST(RecordedServer, TellsWhoUsesItsGpuAndWhenThatSlowsDown) {
  const auto one = gather_facts(recorded("x86-nvidia"));
  EXPECT_EQ(finding(one, "gpu_memory_users").what, "nobody holds memory of the GPU");
  const auto two = gather_facts(recorded("x86-two-a100"));
  EXPECT_THAT(finding(two, "gpu_memory_users").why, Not(HasSubstr("nvmap")));
  EXPECT_EQ(finding(two, "temperature").what, "gpu0 has 62.0 °C and slows down at 89 °C");
}

TEST(EveryBoard, OfJetpack6TellsItsSwapItsLimitsAndItsClock) {
  for (const auto* board :
       {"agx-orin-64-jp6", "agx-orin-64-jp7", "agx-thor", "orin-nano-super", "orin-nx-16"}) {
    SCOPED_TRACE(board);
    const auto facts = gather_facts(recorded(board));
    for (const auto* code : {"zram", "memory_limit", "cpu_limit", "clock_source"})
      EXPECT_NE(finding(facts, code).severity, Severity::unknown) << finding(facts, code).why;
  }
  EXPECT_EQ(finding(gather_facts(recorded("orin-nano-super")), "zram").what,
            "3.72 GiB of swap are zram, 369 MiB in use");
}

// What doctor sees, but of sensors that are no files: a program and a library.
std::string seen_by_doctor(const Host& host) {
  auto facts = gather_facts(host);
  std::erase_if(facts.sensors, [](const SensorFacts& sensor) {
    return sensor.name == "tegrastats" || sensor.name == "nvml";
  });
  return doctor_json(facts);
}

std::filesystem::path recording_of(const Host& host, const TempDir& place) {
  auto out = place.path() / "board";
  const std::string command = "'" + (kTests / "../scripts/record_board.sh").string() +
                              "' --root '" + host.root.string() + "' '" + out.string() + "' >'" +
                              out.string() + ".said' 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0)  // NOLINT(bugprone-command-processor)
      << read_text(out.string() + ".said").value_or("");
  return out;
}

class EveryRecordedBoard : public testing::TestWithParam<std::string> {};

// A path that doctor reads and scripts/record_board.sh forgets is missing here.
TEST_P(EveryRecordedBoard, IsTheBoard) {
  const TempDir place;
  EXPECT_EQ(seen_by_doctor(Host{recording_of(recorded(GetParam()), place)}),
            seen_by_doctor(recorded(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(, EveryRecordedBoard, testing::ValuesIn(boards()), [](const auto& test) {
  auto name = test.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(RecordedHost, KeepsWhatNoFixtureHas) {
  const BoardCopy board("x86-host");
  board.write("/proc/swaps",
              "Filename Type Size Used Priority\n/dev/zram0 partition 650240 61952 5\n");
  board.write("/proc/loadavg", "0.52 0.58 0.59 2/812 2651\n");
  board.write("/proc/self/cgroup", "0::/docker/" + std::string(64, 'a') + "\n");
  board.write("/sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
  const auto group = "/sys/fs/cgroup/docker/" + std::string(64, 'a');
  board.write(group + "/memory.max", "1073741824\n");
  board.write(group + "/cpu.max", "150000 100000\n");
  board.write("/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");
  board.write("/sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc hpet\n");
  board.write("/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n");
  board.write("/sys/class/thermal/thermal_zone0/trip_point_0_type", "passive\n");
  board.write("/sys/class/thermal/thermal_zone0/trip_point_0_temp", "95000\n");
  const TempDir place;
  const auto out = recording_of(board.host(), place);
  const auto facts = gather_facts(Host{out});
  EXPECT_EQ(facts.limits.value().memory_bytes, std::uint64_t{1} << 30);
  EXPECT_EQ(facts.limits.value().cores, 1.5);
  EXPECT_EQ(facts.swap.value().size(), 1u);
  EXPECT_EQ(facts.trips.value().at(0).celsius, 95);
  EXPECT_EQ(seen_by_doctor(Host{out}), seen_by_doctor(board.host()));
}

TEST(NoMachine, IsUnknownThroughout) {
  const BoardCopy nothing;
  const auto facts = gather_facts(nothing.host());
  expect_sound_document(facts);
  for (const auto& one : diagnose(facts))
    EXPECT_EQ(one.severity, Severity::unknown) << one.code << ": " << one.what;
}

TEST(SecondReading, TellsTheCpusLoad) {
  const BoardCopy board("orin-nano-super");
  const auto facts = gather_facts(board.host(), [&]() -> Nanoseconds {
    board.one_second_later();
    return std::chrono::seconds(1);
  });
  EXPECT_EQ(facts.seconds_between, 1.0);
  EXPECT_THAT(finding(facts, "cpu_busy").what, HasSubstr("% busy"));
  EXPECT_EQ(facts.busy.error().what, "no process can be seen in '/proc'");
}

TEST(SecondReading, TellsWhoIsBusy) {
  const BoardCopy board("x86-host");
  const auto ticks = sysconf(_SC_CLK_TCK);
  const auto stat = [&](const std::string& pid, long used) {
    board.write("/proc/" + pid + "/stat", pid + " (cc1plus) R 1 1 1 0 -1 0 0 0 0 0 " +
                                              std::to_string(used) + " 0 0 0 20 0 1 0 5 1 1\n");
  };
  stat("999999991", 10);
  stat("999999992", 10);
  const auto facts = gather_facts(board.host(), [&]() -> Nanoseconds {
    stat("999999992", 10 + ticks / 2);
    stat("999999993", 1000);  // it was not there before: how much of that is of now is not known
    return std::chrono::seconds(1);
  });
  ASSERT_TRUE(facts.busy) << facts.busy.error().what;
  ASSERT_EQ(facts.busy->size(), 1u);
  EXPECT_EQ(facts.busy->at(0).pid, 999999992);
  EXPECT_EQ(facts.busy->at(0).name, "cc1plus");
  EXPECT_DOUBLE_EQ(facts.busy->at(0).cores, 0.5);
}

TEST(GpuUsersOfABoard, AreGoneWhenOthersAreThereAndTheyAreNot) {
  const BoardCopy board("orin-nano-super");
  const auto gone = [&] {
    std::vector<std::string> names;
    const auto facts = gather_facts(board.host());
    for (const auto& user : facts.gpu_users.value().users)
      if (user.gone) names.push_back(user.client.name);
    return names;
  };
  EXPECT_THAT(gone(), testing::IsEmpty());
  // As a container sees it: its own first process, and none of the host's.
  board.write("/proc/1/stat", "1 (init) S 0 1 1 0 -1 0 0 0 0 0 9 9 0 0 20 0 1 0 5 1 1\n");
  board.write("/proc/2651/stat", "");
  EXPECT_THAT(gone(), testing::IsEmpty());
  board.write("/proc/2/stat", "2 (kthreadd) S 0 0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n");
  EXPECT_THAT(gone(), testing::ElementsAre("VLLM::EngineCor"));
}

TEST(GpuClock, IsThatOfTheGpuWhereAContainerHidesTheDeviceTree) {
  const BoardCopy board("orin-nano-super");
  board.remove("/sys/class/devfreq/17000000.gpu/device/of_node");
  board.write("/sys/class/devfreq/15340000.vic/cur_freq", "115200000\n");
  const auto facts = gather_facts(board.host());
  EXPECT_EQ(facts.gpu_clock.value().now_hz, 612e6);
  EXPECT_THAT(finding(facts, "clocks_locked").what,
              HasSubstr("the GPU between 306 MHz and 1020 MHz, now 612 MHz"));
  EXPECT_EQ(finding(facts, "clock_caps").severity, Severity::ok);
}

TEST(ClockCaps, AboveThoseOfTheModeAreToldOfABoard) {
  const BoardCopy board("agx-orin-64-jp6");
  EXPECT_EQ(finding(gather_facts(board.host()), "clock_caps").severity, Severity::ok);
  board.write("/sys/class/devfreq/17000000.gpu/max_freq", "1300500000\n");
  const auto caps = finding(gather_facts(board.host()), "clock_caps");
  EXPECT_EQ(caps.severity, Severity::warning);
  EXPECT_EQ(caps.what, "the GPU may reach 1300 MHz where the power mode allows 612 MHz");
  EXPECT_EQ(caps.command, "sudo nvpmodel -m 2");
}

TEST(ClocksLocked, NamesTheUnitOfABoardThatIsNot) {
  const BoardCopy board("agx-orin-64-jp7");
  EXPECT_EQ(finding(gather_facts(board.host()), "clocks_locked").what,
            "clocks are locked: the GPU at 1300 MHz");
  board.write("/sys/kernel/debug/bpmp/debug/clk/emc/mrq_rate_locked", "0\n");
  const auto memory = finding(gather_facts(board.host()), "clocks_locked");
  EXPECT_EQ(memory.severity, Severity::warning);
  EXPECT_THAT(memory.what, HasSubstr("the EMC, which nothing holds"));
  EXPECT_THAT(memory.what, Not(HasSubstr("1300 MHz")));
}

TEST(GroupOfAContainer, LimitsByTheTightestOfItsParents) {
  const BoardCopy board("x86-host");
  board.write("/proc/self/cgroup", "0::/a/b\n");
  board.write("/sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
  board.write("/sys/fs/cgroup/a/b/memory.max", "max\n");
  board.write("/sys/fs/cgroup/a/memory.max", "1073741824\n");
  board.write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  board.write("/sys/fs/cgroup/cpu.max", "150000 100000\n");
  const auto limits = gather_facts(board.host()).limits;
  ASSERT_TRUE(limits) << limits.error().what;
  EXPECT_EQ(limits->memory_bytes, std::uint64_t{1} << 30);
  EXPECT_EQ(limits->cores, 1.5);
}

TEST(GroupOfAContainer, OfTheFirstVersion) {
  const BoardCopy board("x86-host");
  board.write("/proc/self/cgroup", "5:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n");
  board.write("/sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes", "536870912\n");
  board.write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  auto limits = gather_facts(board.host()).limits.value();
  EXPECT_EQ(limits.memory_bytes, std::uint64_t{512} << 20);
  EXPECT_EQ(limits.cores, std::nullopt);
  EXPECT_THAT(limits.why_no_cores, HasSubstr("not mounted"));
  board.write("/sys/fs/cgroup/cpu/cpu.shares", "1024\n");
  board.write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  board.write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  board.write("/sys/fs/cgroup/cpu/docker/x/cpu.cfs_quota_us", "250000\n");
  board.write("/sys/fs/cgroup/cpu/docker/x/cpu.cfs_period_us", "100000\n");
  limits = gather_facts(board.host()).limits.value();
  EXPECT_EQ(limits.cores, 2.5);
  EXPECT_EQ(limits.why_no_cores, "");
}

TEST(GroupOfAContainer, IsUnknownWhereTheTreeIsNotMounted) {
  const BoardCopy board("x86-host");
  board.write("/proc/self/cgroup", "5:memory:/docker/x\n0::/\n");
  const auto limits = gather_facts(board.host()).limits;
  ASSERT_FALSE(limits);
  EXPECT_THAT(limits.error().what, HasSubstr("not mounted"));
}

TEST(TripPoints, ThePassiveOnesCount) {
  const BoardCopy board("x86-host");
  board.write("/sys/class/thermal/thermal_zone0/trip_point_0_type", "critical\n");
  board.write("/sys/class/thermal/thermal_zone0/trip_point_0_temp", "105000\n");
  board.write("/sys/class/thermal/thermal_zone0/trip_point_1_type", "passive\n");
  board.write("/sys/class/thermal/thermal_zone0/trip_point_1_temp", "95000\n");
  const auto trips = gather_facts(board.host()).trips;
  ASSERT_TRUE(trips);
  ASSERT_EQ(trips->size(), 1u);
  EXPECT_EQ(trips->at(0).celsius, 95);
}

// Firmware names such points where it has none.
TEST(TripPoints, AtWhichNothingSlowsDownAreNone) {
  const BoardCopy board("xavier-nx");
  const std::string zone = "/sys/class/thermal/thermal_zone0/";
  board.write(zone + "trip_point_0_type", "passive\n");
  board.write(zone + "trip_point_0_temp", "20000\n");
  const auto facts = gather_facts(board.host());
  EXPECT_FALSE(facts.trips);
  EXPECT_NE(finding(facts, "temperature").severity, Severity::warning);
  EXPECT_THAT(finding(facts, "temperature").what, Not(HasSubstr("slows down at 20")));
}

// Every file of a board at once becomes something else.
class DamagedBoard : public testing::TestWithParam<const char*> {
 protected:
  template <typename Damage>
  void check(const Damage& damage) {
    const BoardCopy board(GetParam());
    for (const auto& file : files_below(board.host().root)) damage(file);
    expect_sound_document(gather_facts(board.host()));
  }
  static void fill(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
  }
};

TEST_P(DamagedBoard, Empty) {
  check([](const auto& file) { fill(file, ""); });
}
TEST_P(DamagedBoard, Binary) {
  check([](const auto& file) { fill(file, std::string("\x00\xff\x1b[31m\x80:\n\x07", 10)); });
}
TEST_P(DamagedBoard, Enormous) {
  check([](const auto& file) { fill(file, std::string(100000, '9')); });
}
TEST_P(DamagedBoard, Negative) {
  check([](const auto& file) { fill(file, "-1 -1 -1 -1 -1 -1\n"); });
}
TEST_P(DamagedBoard, NoFiles) {
  for (const auto& [name, put] : kNoFiles) {
    SCOPED_TRACE(name);
    check(put);
  }
}
TEST_P(DamagedBoard, CutInHalf) {
  check([](const auto& file) {
    const auto text = read_text(file).value_or("");
    fill(file, text.substr(0, text.size() / 2));
  });
}

INSTANTIATE_TEST_SUITE_P(, DamagedBoard,
                         testing::Values("orin-nano-super", "agx-thor", "x86-nvidia"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// One file at a time: some are opened only where others are as they should be.
class BoardWithOneNoFile : public testing::TestWithParam<NoFile> {};

TEST_P(BoardWithOneNoFile, IsDescribedAllTheSame) {
  const BoardCopy board("orin-nano-super");
  board.remove("/usr/bin/tegrastats");  // a program, which need not be quick
  for (const auto& file : files_below(board.host().root)) {
    SCOPED_TRACE(file);
    const auto text = read_text(file).value();
    GetParam().put(file);
    const auto facts = gather_facts(board.host());
    EXPECT_FALSE(doctor_text(facts, {}).empty());
    std::filesystem::remove(file);
    std::ofstream(file, std::ios::binary) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(, BoardWithOneNoFile, testing::ValuesIn(kNoFiles),
                         [](const auto& test) { return std::string(test.param.name); });

// What nobody writes to and what never ends is absent, as what is not there.
TEST(NoFileOfTheMachine, LeavesTheRestAsItIs) {
  const BoardCopy board("orin-nano-super");
  for (const auto put : {put_fifo, put_endless, put_enormous}) {
    put(board.host().path("/etc/nv_tegra_release"));
    put(board.host().path("/proc/uptime"));
    const auto facts = gather_facts(board.host());
    EXPECT_EQ(facts.machine.board.value().module, "Jetson Orin Nano 8GB Super");
    EXPECT_EQ(facts.machine.board->l4t, std::nullopt);
    ASSERT_FALSE(facts.uptime_seconds);
    EXPECT_EQ(facts.uptime_seconds.error().what, put == put_enormous
                                                     ? "'/proc/uptime' holds nothing that is "
                                                       "understood"
                                                     : "'/proc/uptime' is no regular file");
  }
}

TEST(DoctorText, IsWrappedAndColouredOnlyWhenAsked) {
  const auto facts = golden_facts("orin-nano-super");
  const auto plain = doctor_text(facts, {.color = false, .columns = 80});
  EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
  EXPECT_THAT(doctor_text(facts, {.color = true, .columns = 80}), HasSubstr("\x1b["));
}

TEST(ProbeBackends, SaysOfEachWhetherItWorks) {
  const auto all = probe_backends();
  ASSERT_FALSE(all.empty());
  for (const auto& backend : all) {
    EXPECT_EQ(backend.reason.empty(), !backend.devices.empty()) << backend.name;
  }
}

}  // namespace
}  // namespace jetmeter
