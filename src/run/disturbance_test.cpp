#include "run/disturbance.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double kMegahertz = 1e6, kMebibyte = 1 << 20;

Nanoseconds seconds(double s) {
  return Nanoseconds(static_cast<std::int64_t>(s * 1e9));
}

std::vector<HistoryPoint> every(double period, std::initializer_list<double> values,
                                double first = 0) {
  std::vector<HistoryPoint> points;
  for (const double value : values)
    points.push_back({seconds(first + period * static_cast<double>(points.size())), value});
  return points;
}

std::vector<HistoryPoint> constant(double value, double until, double period = 0.5) {
  std::vector<HistoryPoint> points;
  for (double at = 0; at <= until + 1e-9; at += period) points.push_back({seconds(at), value});
  return points;
}

// Ten frames a second from `from` to `to`, of 50 ms each.
std::vector<FrameSample> frames(double from, double to) {
  std::vector<FrameSample> out;
  const auto n = static_cast<std::int64_t>((to - from) * 10 + 0.5);
  for (std::int64_t i = 0; i < n; ++i) {
    FrameSample frame;
    frame.index = i;
    frame.started_ns = seconds(from).count() + i * 100'000'000;
    frame.latency_ns = 50'000'000;
    out.push_back(frame);
  }
  return out;
}

// Slots "rgb" and, with its own frames, "thermal", measured from 1 s to 4 s on two cores.
struct Scene {
  std::vector<FrameSample> rgb = frames(1, 4), thermal;
  DisturbanceFacts facts;

  Scene() {
    facts.cores = 2;
    facts.slots = {{"rgb", "", rgb}};
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  Scene& on_gpu(const std::string& gpu) {
    facts.slots.front().gpu = gpu;
    return *this;
  }
  Scene& add(const std::string& channel, std::vector<HistoryPoint> points) {
    facts.histories[channel] = std::move(points);
    return *this;
  }
  std::vector<DisturbanceRecord> records() const {
    std::vector<DisturbanceRecord> out;
    for (const auto& found : find_disturbances(facts))
      for (auto& record : disturbance_records(found, facts)) out.push_back(std::move(record));
    return out;
  }
  // "code touched/frames seconds" of each
  std::vector<std::string> found() const {
    std::vector<std::string> out;
    for (const auto& r : records()) {
      const auto touched = r.frames_touched ? std::to_string(*r.frames_touched) : "?";
      out.push_back(r.code + " " + touched + "/" + std::to_string(r.frames));
    }
    return out;
  }
  std::string message() const {
    const auto all = find_disturbances(facts);
    return all.size() == 1 ? warning_of(all.front(), facts).message : "not one disturbance";
  }
};

TEST(Disturbances, AreNoneWhereNothingIsKnown) {
  EXPECT_THAT(Scene().found(), IsEmpty());
  EXPECT_THAT(find_disturbances({}), IsEmpty());
  Scene gpu;
  EXPECT_THAT(gpu.on_gpu("gpu").found(), IsEmpty());
}

// ---- other programs on the CPU -----------------------------------------------------------------

// Two processes of ours that take 0.25 cores each.
Scene& with_own_load(Scene& scene) {
  std::vector<HistoryPoint> points;
  for (int i = 0; i <= 10; ++i) points.push_back({seconds(0.5 * i), 0.125 * i});
  scene.facts.own_cpu_seconds = {points, points};
  return scene;
}

TEST(OtherCpuLoad, IsWhatIsNotOurs) {
  Scene scene;
  // 100 % of 2 cores are 2; ours are 0.5. Busy in (2, 3].
  with_own_load(scene).add("load.cpu", every(0.5, {25, 25, 25, 25, 25, 100, 100, 25, 25}));
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 10/30"));
  EXPECT_EQ(scene.records().front().seconds, 1.0);
  EXPECT_EQ(scene.records().front().message,
            "other programs took 1.5 of the 2 cores (at most 1.5) for 1.0 s");
}

TEST(OtherCpuLoad, OurOwnIsNone) {
  Scene scene;
  with_own_load(scene).add("load.cpu", constant(25, 5));
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("load.cpu", constant(49, 5));  // 0.48 cores of others
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("load.cpu", constant(51, 5));
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 30/30"));
}

TEST(OtherCpuLoad, IsTheOtherSidesWhereTwoRunsTakeTurns) {
  Scene scene;
  with_own_load(scene).add("load.cpu", constant(100, 5));
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 30/30"));
  scene.facts.in_turns = true;
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(OtherCpuLoad, BeforeAndAfterTheFramesDoesNotMatter) {
  Scene scene;
  with_own_load(scene).add("load.cpu",
                           every(0.5, {100, 100, 100, 25, 25, 25, 25, 25, 25, 100, 100}));
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(OtherCpuLoad, IsNotClaimedWhereOursIsUnknown) {
  Scene scene;
  scene.add("load.cpu", constant(100, 5));
  EXPECT_THAT(scene.found(), IsEmpty());
  with_own_load(scene).facts.own_cpu_seconds[1].clear();
  EXPECT_THAT(scene.found(), IsEmpty());
  with_own_load(scene).facts.own_cpu_seconds[1].resize(6);  // until 2.5 s
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 15/30"));
  with_own_load(scene).facts.cores = 0;
  EXPECT_THAT(scene.found(), IsEmpty());
}

// Readings of a tenth of a second know a core to 10 % only: one alone is not believed.
TEST(OtherCpuLoad, IsJudgedOverHalfASecond) {
  Scene scene;
  auto load = constant(25, 5, 0.125);
  for (auto& point : load)
    if (point.at == seconds(2.125)) point.value = 100;  // 1.5 cores for 0.125 s
  with_own_load(scene).add("load.cpu", load);
  EXPECT_THAT(scene.found(), IsEmpty());
  for (auto& point : load)
    if (point.at > seconds(2) && point.at <= seconds(3)) point.value = 100;
  scene.add("load.cpu", load);
  // The windows begin with the first reading, which speaks for the time since -0.125 s.
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 10/30"));
}

TEST(OtherCpuLoad, AGapIsNotFilled) {
  Scene scene;
  auto load = constant(100, 5);
  std::erase_if(load, [](const auto& p) { return p.at > seconds(1.5) && p.at < seconds(4); });
  with_own_load(scene).add("load.cpu", load);
  // (1, 1.5], and (3.5, 4] for which the first reading after the gap speaks.
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 10/30"));
}

TEST(OtherCpuLoad, NoWindowReachesOverAGap) {
  Scene scene;
  auto load = constant(25, 5, 0.25);
  std::erase_if(load, [](const auto& p) { return p.at > seconds(2) && p.at < seconds(3.5); });
  for (auto& point : load)
    if (point.at == seconds(3.5)) point.value = 100;
  with_own_load(scene).add("load.cpu", load);
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 5/30"));  // (3.25, 3.75]
}

TEST(OtherCpuLoad, ComparesFramesWithThoseThatWereLeftAlone) {
  Scene scene;
  for (auto& frame : scene.rgb)
    if (frame.started_ns >= 2'000'000'000 && frame.started_ns < 3'000'000'000)
      frame.latency_ns = 80'000'000;
  with_own_load(scene).add("load.cpu", every(0.5, {25, 25, 25, 25, 25, 100, 100, 25, 25}));
  EXPECT_EQ(scene.records().front().p50_touched_ms, 80.0);
  EXPECT_EQ(scene.records().front().p50_untouched_ms, 50.0);
  EXPECT_THAT(scene.message(), HasSubstr("; 10 of the 30 frames of rgb, p50 80.00 ms in them and "
                                         "50.00 ms in the others"));
}

TEST(OtherCpuLoad, DoesNotCompareWithTooFewFrames) {
  Scene scene;
  scene.rgb.erase(scene.rgb.begin(), scene.rgb.begin() + 10);
  scene.rgb.resize(14);  // ten touched, four not
  scene.facts.slots.front().frames = scene.rgb;
  with_own_load(scene).add("load.cpu", every(0.5, {25, 25, 25, 25, 25, 100, 100, 25, 25}));
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 10/14"));
  EXPECT_FALSE(scene.records().front().p50_touched_ms);
  EXPECT_FALSE(scene.records().front().p50_untouched_ms);
}

TEST(Disturbances, AreToldOfEachSlotThatTheyTouched) {
  Scene scene;
  scene.thermal = frames(2.5, 3.5);
  scene.facts.slots.push_back({"thermal", "", scene.thermal});
  scene.facts.slots.push_back({"skipped", "", {}});
  with_own_load(scene).add("load.cpu", every(0.5, {25, 25, 25, 25, 25, 100, 100, 25, 25}));
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 10/30", "other_cpu_load 5/10"));
  const auto warning = warning_of(find_disturbances(scene.facts).front(), scene.facts);
  EXPECT_EQ(warning.code, "other_cpu_load");
  EXPECT_EQ(warning.slot, "");
  EXPECT_THAT(warning.message, AllOf(HasSubstr("10 of the 30 frames of rgb"),
                                     HasSubstr("5 of the 10 frames of thermal")));
  scene.facts.slots.resize(1);
  EXPECT_EQ(warning_of(find_disturbances(scene.facts).front(), scene.facts).slot, "rgb");
}

// ---- other programs on the GPU -----------------------------------------------------------------

GpuClients clients(std::vector<GpuClient> list) {
  return {"nvmap", std::move(list)};
}

TEST(GpuShared, NamesWhoStayed) {
  Scene scene;
  scene.on_gpu("gpu").facts.gpu_clients_before =
      clients({{812, "Xorg", 1 << 20}, {900, "gnome-shell", 8 << 20}, {7, "ours", 1 << 20}});
  scene.facts.gpu_clients_after = clients({{812, "Xorg", 1 << 20}, {900, "gnome-shell", 8 << 20}});
  scene.facts.own_processes = {7};
  EXPECT_THAT(scene.found(), ElementsAre("gpu_shared 30/30"));
  EXPECT_THAT(scene.message(), HasSubstr("held memory on the GPU all the time: gnome-shell (900, "
                                         "8.00 MiB), Xorg (812, 1.00 MiB); all 30 frames of rgb"));
}

TEST(GpuShared, CannotTieWhoCameOrWent) {
  Scene scene;
  scene.on_gpu("gpu").facts.gpu_clients_before = clients({{812, "Xorg", 1 << 20}});
  scene.facts.gpu_clients_after = clients({});
  EXPECT_THAT(scene.found(), ElementsAre("gpu_shared ?/30"));
  EXPECT_FALSE(scene.records().front().seconds);
  EXPECT_THAT(scene.message(), AllOf(HasSubstr("at the beginning: Xorg"),
                                     HasSubstr("nobody knows which of rgb's 30 frames")));
}

TEST(GpuShared, IsNoneOfASlotsOnTheCpuNorOfNobody) {
  Scene scene;
  scene.facts.gpu_clients_before = scene.facts.gpu_clients_after =
      clients({{812, "Xorg", 1 << 20}});
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.on_gpu("gpu").facts.own_processes = {812};
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.facts.own_processes.clear();
  scene.facts.gpu_clients_before = scene.facts.gpu_clients_after = clients({{812, "Xorg", 0}});
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.facts.gpu_clients_before.reset();
  scene.facts.gpu_clients_after.reset();
  EXPECT_THAT(scene.found(), IsEmpty());
}

// The memory bus and the power budget are everybody's.
TEST(GpuShared, IsThatOfASlotOnTheCpuWhereTheMemoryIsShared) {
  Scene scene;
  scene.facts.unified_memory = true;
  scene.facts.gpu_clients_before = scene.facts.gpu_clients_after =
      clients({{812, "VLLM", 1 << 20}});
  EXPECT_THAT(scene.found(), ElementsAre("gpu_shared 30/30"));
  EXPECT_THAT(scene.message(),
              HasSubstr("on the GPU, which shares the memory bus and the power budget with the "
                        "CPU, all the time: VLLM"));
  scene.on_gpu("gpu");
  EXPECT_THAT(scene.message(), HasSubstr("held memory on the GPU all the time: VLLM"));
}

TEST(GpuBusyBefore, ConcernsEverySlotWhereTheMemoryIsShared) {
  Scene scene;
  scene.add("load.gpu", every(0.25, {99, 99, 99}));
  scene.facts.idle = TimeSpan{seconds(0), seconds(0.6)};
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.facts.unified_memory = true;
  EXPECT_THAT(scene.found(), ElementsAre("gpu_busy_before ?/30"));
  EXPECT_THAT(scene.message(), HasSubstr("power budget with the CPU, was 99 % busy before"));
  scene.thermal = scene.rgb;
  scene.facts.slots.push_back({"thermal", "gpu", scene.thermal});
  EXPECT_THAT(scene.found(), ElementsAre("gpu_busy_before ?/30", "gpu_busy_before ?/30"));
}

TEST(GpuBusyBefore, IsTheMeanOfTheIdleTime) {
  Scene scene;
  scene.on_gpu("gpu0").add("load.gpu0", every(0.25, {0, 20, 30, 99, 99, 99}));
  scene.facts.idle = TimeSpan{seconds(0), seconds(0.6)};
  EXPECT_THAT(scene.found(), ElementsAre("gpu_busy_before ?/30"));
  EXPECT_THAT(scene.message(), HasSubstr("the GPU was 17 % busy before"));
  scene.add("load.gpu0", every(0.25, {0, 10, 20, 99}));  // 10 %, not more
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("load.gpu0", every(0.25, {90, 99, 99, 99}));
  scene.facts.idle = TimeSpan{seconds(0), seconds(0.1)};  // one reading
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.facts.idle.reset();
  EXPECT_THAT(scene.found(), IsEmpty());
}

// ---- memory ------------------------------------------------------------------------------------

TEST(Swapping, TouchesTheFramesWhileTheCountersGrow) {
  Scene scene;
  scene.add("swap.in", every(0.5, {9e9, 9e9, 9e9, 9e9, 9e9 + 2 * kMebibyte, 9e9 + 2 * kMebibyte,
                                   9e9 + 2 * kMebibyte, 9e9 + 2 * kMebibyte}));
  scene.add("swap.out", every(0.5, {0, 0, 0, 0, 0, kMebibyte, kMebibyte, kMebibyte}));
  EXPECT_THAT(scene.found(), ElementsAre("swapping 10/30"));  // (1.5, 2.5]
  EXPECT_THAT(scene.message(), HasSubstr("2.00 MiB in, 1.00 MiB out"));
}

TEST(Swapping, AFewPagesAreTheKernelsOwnBusiness) {
  Scene scene;
  scene.add("swap.out", every(0.5, {0, 0, 0, 0, kMebibyte - 4096, kMebibyte - 4096}));
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("swap.out", constant(1e12, 5));  // since boot
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("swap.out", every(0.5, {0, 1e9, 1e9, 1e9, 1e9, 1e9, 1e9, 1e9}));  // before the frames
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(Swapping, WhatGrewInAGapIsTiedToNothing) {
  Scene scene;
  auto points = every(0.25, {0, 0, 0, 0, 0});
  points.push_back({seconds(3), 1e9});
  points.push_back({seconds(3.25), 1e9});
  EXPECT_THAT(scene.add("swap.in", points).found(), IsEmpty());
}

TEST(MemoryPressure, IsNotTheMemoryOfAnEarlierOne) {
  Scene scene;
  // The loading of the model was hard; the mean falls by 0.82 every 2 s.
  scene.add("pressure.memory", every(1, {50, 50, 40.9, 40.9, 33.5, 33.5}));
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("pressure.memory", every(1, {0, 0, 0, 1.5, 1.5, 1.2}));
  EXPECT_THAT(scene.found(), ElementsAre("memory_pressure 20/30"));  // (2, 4]
  EXPECT_THAT(scene.message(), HasSubstr("up to 1.5 % of 10 s some of them, up to 0.0 % all"));
  scene.add("pressure.memory", constant(1.0, 5));
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(MemoryPressure, OfAllProgramsIsBadAtOnce) {
  Scene scene;
  scene.add("pressure.memory_full", every(1, {0, 0, 0.1, 0, 0}));
  EXPECT_THAT(scene.found(), ElementsAre("memory_pressure 10/30"));
  EXPECT_THAT(scene.message(), HasSubstr("up to 0.0 % of 10 s some of them, up to 0.1 % all"));
  scene.add("pressure.memory", every(1, {0, 0, 0.4, 0, 0}));  // less than is told by itself
  EXPECT_THAT(scene.message(), HasSubstr("up to 0.4 % of 10 s some of them, up to 0.1 % all"));
  scene.add("pressure.memory_full", every(1, {0, 0, 0.04, 0.01, 0.02}));  // 0.0 % as it is told
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("pressure.memory_full", constant(0, 5));
  EXPECT_THAT(scene.found(), IsEmpty());
}

// ---- throttling and heat -----------------------------------------------------------------------

TEST(Throttled, CountsEventsThatGrew) {
  Scene scene;
  scene.add("throttle.oc3", every(0.5, {7, 7, 7, 7, 9, 9, 9, 12, 12}));
  scene.add("throttle.cpu", constant(3, 5));
  EXPECT_THAT(scene.found(), ElementsAre("throttled 10/30"));  // (1.5, 2] and (3, 3.5]
  EXPECT_THAT(scene.message(), HasSubstr("the hardware throttled: oc3 5 times; 10 of"));
  scene.add("throttle.oc3", constant(7, 5));
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("throttle.oc3", every(0.5, {7, 7, 7, 7, 2, 2}));  // it was reset
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(Throttled, AnAlarmStandsForTheTimeItStands) {
  Scene scene;
  scene.add("throttle.VDD_IN_alarm", every(0.5, {1, 0, 0, 0, 1, 1, 0, 0, 0, 1}));
  EXPECT_THAT(scene.found(), ElementsAre("over_current_alarm 10/30"));
  EXPECT_THAT(scene.message(), HasSubstr("VDD_IN_alarm for 1.0 s"));
  scene.add("throttle.VDD_IN_alarm", constant(0, 5));
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(Throttled, AGpusDriverTellsOfItsOwnSlotsOnly) {
  Scene scene;
  scene.add("throttle.gpu0", every(0.5, {0, 0, 0, 0, 1, 1, 0, 0, 0}));
  EXPECT_THAT(scene.found(), IsEmpty()) << "the slot is on the CPU";
  EXPECT_THAT(scene.on_gpu("gpu1").found(), IsEmpty());
  EXPECT_THAT(scene.on_gpu("gpu0").found(), ElementsAre("throttled 10/30"));
}

TEST(NearThermalLimit, BeginsFourDegreesBelow) {
  Scene scene;
  scene.add("temperature.tj-thermal", every(0.5, {90, 90, 90, 94.9, 95, 96.5, 94, 94, 94}));
  EXPECT_THAT(scene.found(), IsEmpty()) << "the limit is not known";
  scene.facts.throttles_at = {{"tj-thermal", 99}};
  EXPECT_THAT(scene.found(), ElementsAre("near_thermal_limit 10/30"));
  EXPECT_THAT(scene.message(), HasSubstr("tj-thermal 96.5 °C of 99 °C"));
  scene.facts.throttles_at = {{"tj-thermal", 101}};
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(NearThermalLimit, TakesWhatTegrastatsSays) {
  Scene scene;
  scene.add("tegrastats.temperature.tj", constant(97, 5));
  scene.facts.throttles_at = {{"tj", 99}};
  EXPECT_THAT(scene.found(), ElementsAre("near_thermal_limit 30/30"));
}

// ---- clocks ------------------------------------------------------------------------------------

std::vector<HistoryPoint> megahertz(std::vector<HistoryPoint> points) {
  for (auto& point : points) point.value *= kMegahertz;
  return points;
}

TEST(ClockSagged, TouchesTheFramesOfTheFall) {
  Scene scene;
  const auto clock = megahertz(every(0.5, {306, 306, 1020, 1020, 1020, 918, 816, 1020, 1020, 306}));
  scene.on_gpu("gpu").add("clock.gpu", clock).add("load.gpu", constant(98, 5));
  // (2, 3]: 1 s.
  EXPECT_THAT(scene.found(), ElementsAre("clock_sagged 10/30"));
  EXPECT_THAT(scene.message(), HasSubstr("the clock of the GPU fell from 1020 to 816 MHz"));
}

TEST(ClockSagged, NotWhenThereIsLessToDo) {
  Scene scene;
  scene.on_gpu("gpu").add(
      "clock.gpu",
      megahertz(every(0.25, {1020, 1020, 1020, 1020, 816, 816, 816, 816, 816, 816}, 1.25)));
  scene.add("load.gpu", every(0.25, {98, 98, 98, 98, 98, 98, 98, 98, 98, 98}, 1.25));
  EXPECT_THAT(scene.found(), ElementsAre("clock_sagged 15/30"));
  scene.add("load.gpu", every(0.25, {98, 98, 98, 98, 79, 79, 79, 79, 79, 79}, 1.25));
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.facts.histories.erase("load.gpu");
  EXPECT_THAT(scene.found(), IsEmpty()) << "the load is unknown";
}

TEST(ClockSagged, NotForThreePercentNorForAMoment) {
  Scene scene;
  scene.on_gpu("gpu").add("load.gpu", constant(98, 5));
  scene.add("clock.gpu", megahertz(every(0.5, {1000, 1000, 1000, 1000, 1000, 971, 971, 971, 971})));
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("clock.gpu", megahertz(every(0.5, {1000, 1000, 1000, 1000, 1000, 900, 1000, 1000})));
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(ClockSagged, CoresAreOneDisturbance) {
  Scene scene;
  for (const auto* core : {"0", "1", "2"}) {
    scene.add(std::string("load.cpu") + core, constant(99, 5));
    scene.add(std::string("clock.cpu") + core, megahertz(constant(2000, 5)));
  }
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("clock.cpu1", megahertz(every(0.5, {2e3, 2e3, 2e3, 2e3, 2e3, 2e3, 1.8e3, 1.8e3, 2e3})));
  scene.add("clock.cpu2",
            megahertz(every(0.5, {2e3, 2e3, 2e3, 2e3, 2e3, 2e3, 1.2e3, 1.2e3, 1.2e3})));
  EXPECT_THAT(scene.found(), ElementsAre("clock_sagged 15/30"));
  EXPECT_THAT(scene.message(),
              HasSubstr("the clock of cpu2, with 1 other core, fell from 2000 to 1200 MHz"));
  scene.add("load.cpu2", constant(10, 5));
  EXPECT_THAT(scene.message(), HasSubstr("the clock of cpu1 fell from 2000 to 1800 MHz"));
}

TEST(ClockOdd, IsNoStepOfTheTable) {
  Scene scene;
  scene.on_gpu("gpu").add("clock.gpu",
                          megahertz(every(0.5, {306, 918, 918, 918, 862, 862, 918, 918, 918})));
  EXPECT_THAT(scene.found(), IsEmpty()) << "the table is not known";
  scene.facts.steps["gpu"] = {306e6, 816e6, 918e6};
  EXPECT_THAT(scene.found(), ElementsAre("clock_odd 10/30"));
  EXPECT_THAT(scene.message(), HasSubstr("862 MHz, which is no step of its table, in 2 of"));
  scene.facts.steps["gpu"].push_back(862e6);
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.facts.steps["gpu"].pop_back();
  scene.add("clock.gpu_cap", megahertz(constant(862, 5)));  // a cap between two steps
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(GpuClockNeverLifted, IsTheGovernorsTrap) {
  Scene scene;
  scene.on_gpu("gpu")
      .add("clock.gpu", megahertz(constant(306, 5)))
      .add("clock.gpu_cap", megahertz(constant(612, 5)));
  EXPECT_THAT(scene.found(), ElementsAre("gpu_clock_never_lifted 30/30"));
  EXPECT_THAT(scene.message(), HasSubstr("at most 306 MHz of 612"));
  scene.add("clock.gpu", megahertz(every(0.5, {306, 306, 306, 306, 408, 306, 306, 306, 306})));
  EXPECT_THAT(scene.found(), IsEmpty()) << "it was lifted once";
}

TEST(GpuClockNeverLifted, IsNotClaimedWithoutACapOrAGpu) {
  Scene scene;
  scene.on_gpu("gpu").add("clock.gpu", megahertz(constant(306, 5)));
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("clock.gpu_cap", megahertz(constant(306, 5)));  // somebody holds it there
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("clock.gpu_cap", megahertz(constant(1020, 5)));
  EXPECT_THAT(scene.on_gpu("").found(), IsEmpty());
  EXPECT_THAT(scene.on_gpu("gpu").found(), ElementsAre("gpu_clock_never_lifted 30/30"));
}

}  // namespace
}  // namespace jetmeter
