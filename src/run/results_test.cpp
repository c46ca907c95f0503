#include "run/results.h"

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace jetmeter {
namespace {

constexpr std::int64_t kMillisecond = 1000000;

FrameSample sample(std::int64_t index, std::int64_t started_ms, std::int64_t latency_ms) {
  FrameSample s;
  s.index = index;
  s.started_ns = started_ms * kMillisecond;
  s.latency_ns = latency_ms * kMillisecond;
  s.infer_ns = s.latency_ns;
  return s;
}

SlotData slot_with(std::vector<FrameSample> samples) {
  SlotData slot;
  slot.spec.name = "rgb";
  slot.status = SlotStatus::completed;
  slot.model.emplace();
  slot.model->labels = {"person", "car"};
  slot.measure.samples = std::move(samples);
  return slot;
}

TEST(SlotRecord, ThroughputIsOfTheWallTimeAndNotOfTheLatency) {
  auto slot = slot_with({sample(0, 0, 10), sample(1, 50, 10)});
  slot.measure.report = PassReport{.wall_ns = 100 * kMillisecond};
  const auto record = slot_record(slot, std::nullopt);
  EXPECT_EQ(record.frames, 2);
  EXPECT_DOUBLE_EQ(record.throughput_fps.value(), 20.0);
  EXPECT_DOUBLE_EQ(record.fps_from_latency.value(), 100.0);
  EXPECT_DOUBLE_EQ(record.latency_ms.mean.value(), 10.0);
}

TEST(SlotRecord, OfAWorkerThatDiedKeepsItsSamples) {
  auto slot = slot_with({sample(0, 0, 10), sample(1, 40, 10)});
  slot.status = SlotStatus::failed;
  slot.reason = "the worker ended by signal SIGKILL (killed)";
  const auto record = slot_record(slot, std::nullopt);
  EXPECT_EQ(record.frames, 2);
  EXPECT_DOUBLE_EQ(record.throughput_fps.value(), 40.0);  // 2 frames in 50 ms
}

// 200 inferences of 3 us, 5 us apart, in two lanes that take turns.
SlotData loaded_slot() {
  std::vector<FrameSample> samples;
  for (std::int64_t i = 0; i < 200; ++i) {
    FrameSample s;
    s.index = i;
    s.started_ns = s.began_ns = 2'500 * i;
    s.latency_ns = 3'000;
    s.stages.set(Stage::compute, Nanoseconds(2'900));
    samples.push_back(s);
  }
  auto slot = slot_with(std::move(samples));
  slot.spec.bench.emplace();
  slot.bench.emplace();
  slot.bench->load.in_flight = 2;
  slot.measure.report = PassReport{.wall_ns = 200 * 2'500};
  return slot;
}

TEST(SlotRecord, TellsWhatPassedBetweenTwoInferencesOfALane) {
  auto slot = loaded_slot();
  EXPECT_DOUBLE_EQ(slot_record(slot, {}).load->between_ns.value(), 2'000);
  slot.bench->load.per_second = 100;  // they were waited for
  EXPECT_FALSE(slot_record(slot, {}).load->between_ns);
  slot = loaded_slot();
  slot.measure.samples.pop_back();
  EXPECT_FALSE(slot_record(slot, {}).load->between_ns) << "the ends would count";
  slot = loaded_slot();
  slot.measure.report.reset();
  EXPECT_FALSE(slot_record(slot, {}).load->between_ns);
}

TEST(SlotRecord, ServiceIsTheLatencyWithoutTheWaiting) {
  auto slot = loaded_slot();
  EXPECT_DOUBLE_EQ(slot_record(slot, {}).load->service_ms.mean.value(), 0.003);
  for (auto& sample : slot.measure.samples) sample.began_ns += 1'000;
  const auto record = slot_record(slot, {});
  EXPECT_DOUBLE_EQ(record.load->service_ms.mean.value(), 0.002);
  EXPECT_DOUBLE_EQ(record.latency_ms.mean.value(), 0.003);
}

TEST(SlotRecord, HasTheStagesThatAnySampleTells) {
  auto slot = loaded_slot();
  slot.measure.samples[7].stages.set(Stage::enqueue, Nanoseconds(100));
  const auto record = slot_record(slot, {});
  ASSERT_EQ(record.stages_ms.size(), 2U);
  EXPECT_EQ(record.stages_ms[0].name, "enqueue");
  EXPECT_EQ(record.stages_ms[0].ms.n, 1);
  EXPECT_EQ(record.stages_ms[1].name, "compute");
  EXPECT_EQ(record.stages_ms[1].ms.n, 200);
}

TEST(SlotRecord, OfALoadWhoseWorkerDiedCountsItsSamples) {
  auto slot = slot_with({sample(0, 0, 10), sample(1, 40, 30)});
  slot.dropped = 3;
  auto& load = slot.bench.emplace().load;
  load.scenario = "rate";
  load.deadline_ms = 25;
  const auto record = slot_record(slot, std::nullopt);
  EXPECT_EQ(record.load.value().scenario, "rate");
  EXPECT_EQ(record.load->done, 2);
  EXPECT_EQ(record.load->dropped, 3);
  EXPECT_EQ(record.load->issued, 5);
  EXPECT_EQ(record.load->missed_deadline, 1);
  load.stopped_by = "failed";  // it told, and knows better
  load.done = 7;
  EXPECT_EQ(slot_record(slot, std::nullopt).load.value().done, 7);
}

// A worker that dies in the load tells nothing of its model.
TEST(SlotRecord, NamesTheModelThatWasAskedForWhileItIsThere) {
  const TempDir place;
  SlotData slot;
  slot.status = SlotStatus::failed;
  slot.spec.model = place.write("net.onnx", "12345");
  const auto record = slot_record(slot, std::nullopt);
  ASSERT_TRUE(record.model);
  EXPECT_EQ(record.model->path, slot.spec.model.string());
  EXPECT_EQ(record.model->bytes, 5u);
  EXPECT_FALSE(record.backend);
  std::filesystem::remove(slot.spec.model);
  EXPECT_FALSE(slot_record(slot, std::nullopt).model) << "its size is not 0, it is unknown";
}

TEST(SlotRecord, OfASkippedSlotInventsNothing) {
  SlotData slot;
  slot.spec.name = "thermal";
  slot.reason = "not used in rgb mode";
  const auto record = slot_record(slot, 33.3);
  EXPECT_FALSE(record.throughput_fps || record.fps_from_latency || record.first_inference_ms);
  EXPECT_FALSE(record.detections || record.accuracy || record.interference || record.deadline);
  EXPECT_FALSE(record.latency_ms.mean || record.memory.peak_bytes);
}

SlotData limited_slot(std::uint64_t limit, std::uint64_t peak) {
  auto slot = slot_with({sample(0, 0, 10)});
  slot.budget = Budget{limit, Enforcement::unavailable, "not asked for"};
  slot.footprint_mean = peak / 2;
  slot.footprint_peak = peak;
  return slot;
}

TEST(SlotRecord, HoldsThePeakAgainstTheLimit) {
  const auto within = slot_record(limited_slot(1000, 1000), {}).memory;
  EXPECT_EQ(within.limit_bytes, 1000u);
  EXPECT_EQ(within.enforcement, "unavailable");
  EXPECT_EQ(within.mechanism, "not asked for");
  EXPECT_EQ(within.peak_bytes, 1000u);
  EXPECT_EQ(within.mean_bytes, 500u);
  EXPECT_EQ(within.within_limit, true);
  EXPECT_EQ(slot_record(limited_slot(1000, 1001), {}).memory.within_limit, false);
}

// The footprint counts pages that a cgroup does not: what the kernel let pass was within.
TEST(SlotRecord, UnderAHardLimitTheKernelTellsWhetherItWasKept) {
  auto slot = limited_slot(1000, 1060);
  slot.budget = Budget{1000, Enforcement::hard, "cgroup v2 memory.max"};
  slot.charged_peak = 990;
  const auto kept = slot_record(slot, {}).memory;
  EXPECT_EQ(kept.within_limit, true);
  EXPECT_EQ(kept.peak_bytes, 1060u);
  EXPECT_EQ(kept.charged_peak_bytes, 990u);
  ViolationRecord killed;
  killed.kind = ViolationKind::killed;
  slot.violations = {killed};
  EXPECT_EQ(slot_record(slot, {}).memory.within_limit, false);
}

// No sampling can miss what the kernel's high-water mark saw.
TEST(SlotRecord, APhasesPeakCountsWhereTheSamplesAreLower) {
  auto slot = limited_slot(1000, 400);
  slot.phases = {{"load", 0.1, 1200}, {"measure", 1.0, 500}};
  const auto memory = slot_record(slot, {}).memory;
  EXPECT_EQ(memory.peak_bytes, 1200u);
  EXPECT_EQ(memory.within_limit, false);
}

SlotData limited_gpu_slot() {
  auto slot = limited_slot(1000, 400);
  slot.model->backend.device = "cuda:0";
  slot.phases = {{"load", 0.1, 500}, {"measure", 1.0, 300}};
  return slot;
}

// PSS alone of a model on a GPU is a small number, and no footprint.
TEST(SlotRecord, OfAGpuWhoseMemoryNobodyTellsHasNoFootprint) {
  auto slot = limited_gpu_slot();
  for (const auto enforcement : {Enforcement::unavailable, Enforcement::hard}) {
    slot.budget->enforcement = enforcement;
    const auto record = slot_record(slot, {});
    EXPECT_FALSE(record.memory.peak_bytes || record.memory.mean_bytes);
    EXPECT_EQ(record.memory.within_limit, std::nullopt);
    for (const auto& phase : record.phases) EXPECT_FALSE(phase.peak_bytes) << phase.name;
  }
  slot.violations.emplace_back();
  EXPECT_EQ(slot_record(slot, {}).memory.within_limit, false) << "PSS alone was over it";
}

TEST(SlotRecord, APhasesPeakHasTheGpuMemoryThatWasRead) {
  auto slot = limited_gpu_slot();
  slot.gpu_memory_told = true;
  slot.phase_footprints = {{"load", 450}, {"measure", 1100}};
  const auto record = slot_record(slot, {});
  EXPECT_EQ(record.phases[0].peak_bytes, 500u) << "the kernel's mark saw more";
  EXPECT_EQ(record.phases[1].peak_bytes, 1100u);
  EXPECT_EQ(record.memory.peak_bytes, 1100u);
  EXPECT_EQ(record.memory.mean_bytes, 200u);
  EXPECT_EQ(record.memory.within_limit, false);
}

TEST(SlotRecord, WithoutALimitOrAReadingNobodyKnowsWhetherItWasKept) {
  auto slot = slot_with({sample(0, 0, 10)});
  slot.footprint_peak = 5;
  EXPECT_EQ(slot_record(slot, {}).memory.within_limit, std::nullopt);
  slot.footprint_peak.reset();
  slot.budget = Budget{1000, Enforcement::unavailable, "not asked for"};
  EXPECT_EQ(slot_record(slot, {}).memory.within_limit, std::nullopt);
  slot.status = SlotStatus::over_budget;
  EXPECT_EQ(slot_record(slot, {}).memory.within_limit, false);
}

TEST(SlotRecord, OfARefusedModelKeepsTheLimitThatItWouldHavePassed) {
  SlotData slot;
  slot.status = SlotStatus::over_budget;
  slot.refused = true;
  slot.budget = Budget{1000, Enforcement::unavailable, "nothing was loaded"};
  slot.forecast = ForecastRecord{.verdict = "does not fit", .peak_bytes = 1500};
  const auto memory = slot_record(slot, {}).memory;
  EXPECT_EQ(memory.limit_bytes, 1000u);
  EXPECT_EQ(memory.mechanism, "nothing was loaded");
  EXPECT_EQ(memory.within_limit, false);
  EXPECT_EQ(memory.peak_bytes, std::nullopt);
  slot.forecast->peak_bytes = 900;  // the machine had less than that
  EXPECT_EQ(slot_record(slot, {}).memory.within_limit, std::nullopt);
}

TEST(SlotRecord, TheForecastsErrorIsAgainstThePeak) {
  auto slot = limited_slot(1000, 500);
  slot.forecast = ForecastRecord{.verdict = "fits", .peak_bytes = 450};
  EXPECT_DOUBLE_EQ(slot_record(slot, {}).memory.forecast->error_percent.value(), -10.0);
  slot.beside_others = true;
  EXPECT_EQ(slot_record(slot, {}).memory.forecast->error_percent, std::nullopt);
  slot.beside_others = false;
  slot.footprint_peak.reset();
  EXPECT_EQ(slot_record(slot, {}).memory.forecast->error_percent, std::nullopt);
}

TEST(EnergyRecord, IsPerFrameAndAboveIdleAndSaysWhatItCovered) {
  // Two frames in 100 ms, of which 50 ms have readings of 10 W.
  const auto slot = slot_with({sample(0, 0, 40), sample(1, 60, 40)});
  const auto record = energy_record(slot, {.joules = 0.5, .covered_seconds = 0.05}, "VDD_IN", 4.0);
  EXPECT_EQ(record.rail, "VDD_IN");
  EXPECT_DOUBLE_EQ(record.coverage, 0.5);
  EXPECT_DOUBLE_EQ(record.joules, 0.5);
  EXPECT_DOUBLE_EQ(record.mean_watts.value(), 10.0);
  EXPECT_DOUBLE_EQ(record.joules_per_frame.value(), 0.5);
  EXPECT_DOUBLE_EQ(record.joules_per_frame_above_idle.value(), 0.3);
  EXPECT_EQ(energy_record(slot, {0.5, 0.05}, "VDD_IN", {}).joules_per_frame_above_idle,
            std::nullopt);
}

TEST(MeasuredTime, IsFromTheFirstFrameToTheEndOfTheLast) {
  const auto time = measured_time(slot_with({sample(0, 5, 10), sample(1, 60, 40)}));
  ASSERT_TRUE(time);
  EXPECT_EQ(time->from, std::chrono::milliseconds(5));
  EXPECT_EQ(time->to, std::chrono::milliseconds(100));
  EXPECT_EQ(measured_time(slot_with({})), std::nullopt);
}

TEST(SlotRecord, CountsDeadlinesThatLatencyMissed) {
  auto slot = slot_with({sample(0, 0, 30), sample(1, 40, 34), sample(2, 80, 33)});
  const auto record = slot_record(slot, 33.0);
  ASSERT_TRUE(record.deadline);
  EXPECT_EQ(record.deadline->misses, 1);
  EXPECT_EQ(record.deadline->frames, 3);
}

TEST(SlotRecord, InterferenceIsTogetherOverAlone) {
  auto slot = slot_with({});
  for (int i = 0; i < 10; ++i) {
    slot.solo.samples.push_back(sample(i, i * 100, 10));
    slot.measure.samples.push_back(sample(i, i * 100, 15));
  }
  const auto record = slot_record(slot, std::nullopt);
  EXPECT_DOUBLE_EQ(record.interference.value().factor.value(), 1.5);
}

TEST(SlotRecord, NamesClassesAndCountsFramesWithoutDetections) {
  auto slot = slot_with({sample(0, 0, 1), sample(1, 2, 1)});
  slot.detections_per_frame = {3, 0};
  slot.detections_by_class = {{0, 2}, {7, 1}};
  const auto record = slot_record(slot, std::nullopt);
  EXPECT_EQ(record.detections->total, 3);
  EXPECT_EQ(record.detections->per_frame_min, 0);
  EXPECT_DOUBLE_EQ(record.detections->per_frame_mean, 1.5);
  EXPECT_EQ(record.detections->by_class.at("person"), 2);
  EXPECT_EQ(record.detections->by_class.at("class_7"), 1);
}

TEST(PeriodMs, IsThatOfTheSlowerStreamAndAbsentWithoutARate) {
  std::vector<SlotData> slots{slot_with({}), slot_with({})};
  slots[0].model->source.emplace().fps = 30;
  slots[1].model->source.emplace().fps = 10;
  EXPECT_DOUBLE_EQ(period_ms(slots).value(), 100.0);
  slots[1].model->source->fps.reset();
  EXPECT_FALSE(period_ms(slots));
}

TEST(PeriodMs, OfTheOneStreamThatHasARateIsItsOwn) {
  std::vector<SlotData> slots{slot_with({}), slot_with({})};
  slots[0].model->source.emplace().fps = 50;
  slots[1].model->source.emplace();
  EXPECT_DOUBLE_EQ(period_ms(slots[0], slots).value(), 20.0);
  EXPECT_FALSE(period_ms(slots[1], slots));
  slots[1].model->source->fps = 10;
  EXPECT_DOUBLE_EQ(period_ms(slots[0], slots).value(), 100.0);
  EXPECT_DOUBLE_EQ(period_ms(slots[1], slots).value(), 100.0);
}

TEST(PairsRecord, LastsFromTheFirstStartToTheLastEnd) {
  const auto first = slot_with({sample(0, 0, 10), sample(3, 100, 10), sample(6, 200, 10)});
  const auto second = slot_with({sample(0, 2, 20), sample(2, 203, 5)});
  PairedRun run;
  run.pairing.pairs = {{0, 0, Nanoseconds(kMillisecond)}, {3, 1, {}}, {6, 2, {}}};
  const auto record = pairs_record(run, first, second, 15.0);
  EXPECT_EQ(record.pairs, 2);  // the second one lacks its partner
  EXPECT_DOUBLE_EQ(record.latency_ms.max.value(), 22.0);
  EXPECT_DOUBLE_EQ(record.latency_ms.min.value(), 10.0);
  EXPECT_DOUBLE_EQ(record.max_offset_ms.value(), 1.0);
  EXPECT_EQ(record.deadline->misses, 1);
}

std::vector<FrameSample> arriving(std::vector<std::int64_t> at_ms) {
  std::vector<FrameSample> samples;
  for (const auto ms : at_ms) {
    samples.push_back(sample(static_cast<std::int64_t>(samples.size()), ms, 1));
    samples.back().timestamp_ns = ms * kMillisecond;
  }
  return samples;
}

TEST(PairByArrival, TakesTheNearestPartnerOnceAndOnlyWithinTolerance) {
  const auto first = arriving({0, 33, 66, 100});
  const auto second = arriving({5, 70, 300});
  const auto pairing = pair_by_arrival(first, second, std::chrono::milliseconds(20));
  ASSERT_EQ(pairing.pairs.size(), 2U);
  EXPECT_EQ(pairing.pairs[0].second, 0);
  EXPECT_EQ(pairing.pairs[1].first, 2);
  EXPECT_EQ(pairing.pairs[1].second, 1);
  EXPECT_EQ(pairing.unpaired_first, 2);
  EXPECT_EQ(pairing.unpaired_second, 1);
  EXPECT_TRUE(pair_by_arrival(first, {}, std::chrono::milliseconds(20)).pairs.empty());
}

TEST(Verdict, TellsWhatTheRunIsWorth) {
  SlotRecord good, bad, none;
  good.status = SlotStatus::completed;
  good.frames = 10;
  bad.status = SlotStatus::failed;
  EXPECT_EQ(verdict(std::vector{good, none}, false), "completed");
  EXPECT_EQ(verdict(std::vector{good, bad}, false), "incomplete");
  EXPECT_EQ(verdict(std::vector{bad, none}, false), "failed");
  EXPECT_EQ(verdict(std::vector{good, none}, true), "interrupted");
}

}  // namespace
}  // namespace jetmeter
