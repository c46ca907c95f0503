#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "jetmeter/record.h"
#include "support/sample_record.h"

namespace jetmeter {
namespace {

using Json = nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Record round_trip(const Record& record) {
  auto read = record_from_json(to_json(record));
  if (read) return *read;
  ADD_FAILURE() << read.error().what;
  return {};
}

// The record as JSON with one value replaced, read again.
std::string error_after(const std::string& pointer, const Json& value) {
  auto json = Json::parse(to_json(sample_record()));
  json[Json::json_pointer(pointer)] = value;
  const auto record = record_from_json(json.dump());
  return record ? "(none)" : record.error().what;
}

std::vector<std::string> keys(const Json& json) {
  std::vector<std::string> out;
  for (const auto& [key, value] : json.items()) out.push_back(key);
  return out;
}

TEST(RecordJson, ReadsBackWhatItWrote) {
  const std::vector<Record> records{sample_record(), sample_record_of_a_failure(),
                                    sample_record_of_a_bench(), Record{}};
  for (const auto& record : records) EXPECT_EQ(to_json(round_trip(record)), to_json(record));
}

TEST(RecordJson, KeepsEveryPartOfASlot) {
  const auto slot = round_trip(sample_record()).slots.at(1);
  EXPECT_EQ(slot.status, SlotStatus::completed);
  EXPECT_EQ(slot.model->shared_with, "rgb");
  EXPECT_EQ(slot.model->bytes, 12851047U);
  EXPECT_EQ(slot.model->outputs.at(0).type, ElementType::float16);
  EXPECT_THAT(slot.model->outputs.at(0).shape, ElementsAre(1, 84, kDynamic));
  EXPECT_EQ(slot.backend->threads, 4);
  EXPECT_THAT(slot.backend->options, ElementsAre(testing::Pair("graph_optimization", "all")));
  EXPECT_EQ(slot.pipeline->scale, 1.0F / 255.0F);
  EXPECT_THAT(slot.pipeline->mean, ElementsAre(0.45F, 0.5F, 0.25F));
  EXPECT_EQ(slot.pipeline->iou, 0.45F);
  EXPECT_EQ(slot.source->frames_announced, 400);
  EXPECT_EQ(slot.source->fps, 25.0);
  EXPECT_EQ(slot.phases.at(1).name, "first");
  EXPECT_EQ(slot.phases.at(1).peak_bytes, 209715200U);
  EXPECT_EQ(slot.phases.at(2).peak_bytes, std::nullopt);
  EXPECT_EQ(slot.frames, 400);
  EXPECT_EQ(slot.throughput_fps, 49.5);
  EXPECT_EQ(slot.first_inference_ms, 31.25);
  EXPECT_EQ(slot.speed_probe_ms, (std::vector{3.0, 3.125}));
  EXPECT_EQ(slot.latency_ms.n, 400);
  EXPECT_EQ(slot.latency_ms.p99, 21.875);
  EXPECT_EQ(slot.latency_ms.p999, std::nullopt);
  EXPECT_EQ(slot.latency_ms.unsupported.at(0).name, "p999");
  EXPECT_EQ(slot.latency_ms.unsupported.at(0).needs, 2995);
  EXPECT_EQ(slot.stages_ms.at(2).name, "infer");
  EXPECT_EQ(slot.stages_ms.at(2).ms.mean, 14.0);
  EXPECT_EQ(slot.detections->per_frame_max, 6);
  EXPECT_EQ(slot.detections->by_class.at("car"), 20);
  EXPECT_EQ(slot.interference->factor, 1.05);
  EXPECT_EQ(slot.interference->solo_latency_ms.mean, 12.5);
  EXPECT_EQ(slot.deadline->misses, 3);
  EXPECT_EQ(slot.thermal->verdict, ThermalVerdict::cold);
  EXPECT_EQ(slot.thermal->ratio, std::nullopt);
  EXPECT_EQ(slot.memory.within_limit, false);
  EXPECT_EQ(slot.memory.enforcement, "soft");
  EXPECT_EQ(slot.memory.violations.at(0).kind, ViolationKind::readings);
  EXPECT_EQ(slot.accuracy, std::nullopt);
}

TEST(RecordJson, KeepsTheLayersInTheirOrder) {
  const auto layers = round_trip(sample_record()).slots.at(0).layers;
  ASSERT_EQ(layers.size(), 3U);
  EXPECT_EQ(layers[1].name, "/model.0/act|Mul");
  EXPECT_EQ(layers[1].type, "Mul");
  EXPECT_EQ(layers[1].device, "cpu");
  EXPECT_EQ(layers[2].calls, 40);
  EXPECT_EQ(layers[2].total_ms, 37.5);
  EXPECT_EQ(layers[2].percent, 18.75);
}

TEST(RecordJson, KeepsTheRunTheMachineAndTheSensors) {
  const auto record = round_trip(sample_record());
  EXPECT_EQ(record.run.started, sample_record().run.started);
  EXPECT_EQ(record.run.finished - record.run.started, std::chrono::microseconds(12345678));
  EXPECT_THAT(record.run.config[2], testing::Pair("labels", "a|b"));
  EXPECT_THAT(record.run.config[3], testing::Pair("backend-option", "a=1"));
  EXPECT_THAT(record.run.config[4], testing::Pair("backend-option", "b=2"));
  EXPECT_EQ(record.run.tool_git, "0123456789ab");
  EXPECT_EQ(record.run.warnings.at(0).slot, "rgb");
  EXPECT_EQ(record.run.disturbances.at(0).frames_touched, 225);
  EXPECT_EQ(record.run.disturbances.at(0).p50_untouched_ms, 15.0);
  EXPECT_EQ(record.run.disturbances.at(1).code, "gpu_shared");
  EXPECT_EQ(record.run.disturbances.at(1).frames_touched, std::nullopt);
  EXPECT_EQ(record.slots.at(0).thermal->first_minute_p50_ms, 15.0);
  EXPECT_EQ(record.machine.board->l4t, "36.4.4");
  EXPECT_EQ(record.machine.memory_architecture, MemoryArchitecture::unified);
  EXPECT_EQ(record.machine.board->module, "Jetson Orin Nano 8GB Super");
  EXPECT_EQ(record.machine.board->part_number, "p3767-0005");
  EXPECT_EQ(record.machine.board->soc, "tegra234");
  EXPECT_EQ(record.machine.power_mode, "25W");
  EXPECT_EQ(record.machine.power_mode_id, 1u);
  EXPECT_EQ(record.machine.fan_profile, "quiet");
  EXPECT_EQ(record.machine.active_sms, 8);
  EXPECT_EQ(record.machine.governor, "schedutil");
  EXPECT_EQ(record.machine.clocks.locked, false);
  EXPECT_EQ(record.machine.clocks.caps.emc_hz, 3199000000u);
  EXPECT_EQ(record.machine.clocks.mode.gpu_hz, 918000000u);
  EXPECT_EQ(record.machine.clocks.mode.emc_hz, std::nullopt);
  EXPECT_EQ(record.machine.gpus.at(0).memory_bytes, std::nullopt);
  EXPECT_FALSE(record.backends.at(1).available);
  EXPECT_EQ(record.pairs->max_offset_ms, 12.5);
  EXPECT_EQ(record.telemetry_sources.at(1).status, "absent");
  EXPECT_EQ(record.telemetry_channels.at(1).name, "thermal.cpu");
  EXPECT_EQ(record.telemetry_channels.at(1).unit, Unit::celsius);
  EXPECT_EQ(record.telemetry_channels.at(2).unit, Unit::none);
  EXPECT_EQ(record.slots.at(0).accuracy->classes.at(1).ap50_95, 0.625);
  EXPECT_EQ(record.slots.at(0).source->bad.at(1).reason, "empty");
}

// As the first versions wrote it.
TEST(RecordJson, ReadsAMachineWithoutTheKeysThatCameLater) {
  auto json = Json::parse(to_json(sample_record()));
  json["machine"]["clocks"] = {{"governor", "performance"}};
  for (const auto* key : {"power_mode_id", "fan_profile", "active_sms"}) json["machine"].erase(key);
  for (const auto* key : {"module", "part_number", "soc"}) json["machine"]["board"].erase(key);
  const auto record = record_from_json(json.dump());
  ASSERT_TRUE(record) << record.error().what;
  EXPECT_EQ(record->machine.power_mode, "25W");
  EXPECT_EQ(record->machine.governor, "performance");
  EXPECT_EQ(record->machine.power_mode_id, std::nullopt);
  EXPECT_EQ(record->machine.board->module, std::nullopt);
  EXPECT_EQ(record->machine.clocks.locked, std::nullopt);
  EXPECT_EQ(record->machine.clocks.caps.gpu_hz, std::nullopt);
}

TEST(RecordJson, KeysAreThoseOfTheDocumentInItsOrder) {
  const auto json = Json::parse(to_json(sample_record()));
  EXPECT_THAT(keys(json), ElementsAre("schema", "run", "machine", "slots", "pairs", "telemetry",
                                      "memory_safety"));
  EXPECT_EQ(json["schema"], "jetmeter.record/1");
  EXPECT_THAT(keys(json["slots"][0]["latency_ms"]),
              ElementsAre("n", "mean", "stdev", "min", "max", "p50", "p90", "p95", "p99", "p999",
                          "unsupported"));
  EXPECT_THAT(keys(json["slots"][0]["stages_ms"]),
              ElementsAre("acquire", "preprocess", "infer", "postprocess"));
  EXPECT_THAT(keys(json["telemetry"]["channels"]),
              ElementsAre("memory.available", "thermal.cpu", "pressure.cpu", "gpu.load"));
  EXPECT_EQ(json["telemetry"]["channels"]["thermal.cpu"]["unit"], "celsius");
}

TEST(RecordJson, AbsentIsNullNotZero) {
  const auto json = Json::parse(to_json(sample_record_of_a_failure()));
  const auto& slot = json["slots"][1];
  for (const auto* key :
       {"model", "backend", "pipeline", "source", "throughput_fps", "first_inference_ms",
        "detections", "accuracy", "interference", "deadline", "energy"})
    EXPECT_TRUE(slot.at(key).is_null()) << key;
  EXPECT_TRUE(slot["latency_ms"]["mean"].is_null());
  EXPECT_TRUE(json["pairs"].is_null());
}

TEST(RecordJson, FloatsAreWrittenAsTheirDecimals) {
  EXPECT_THAT(to_json(sample_record()), HasSubstr("\"iou\": 0.45,"));
}

TEST(RecordJson, WritesBytesThatAreNotUtf8) {
  auto record = sample_record();
  record.slots[0].source->location = "caf\xe9.mp4";
  EXPECT_EQ(round_trip(record).slots[0].source->location, "caf\xef\xbf\xbd.mp4");
}

TEST(RecordJson, MemorySafetyIsDrawnFromTheSlots) {
  const auto json = Json::parse(to_json(sample_record()))["memory_safety"];
  EXPECT_EQ(json["all_within_limit"], false);
  EXPECT_EQ(json["total_violations"], 1);
  EXPECT_EQ(json["limit_bytes"], 3221225472);
  EXPECT_EQ(json["enforcement"], "soft");
  EXPECT_EQ(json["top"][0]["slot"], "thermal");
  EXPECT_EQ(json["top"][1]["slot"], "rgb");
  const auto nothing = Json::parse(to_json(Record{}))["memory_safety"];
  EXPECT_TRUE(nothing["all_within_limit"].is_null());
  EXPECT_TRUE(nothing["total_violations"].is_null());
}

TEST(RecordJson, MemorySafetyTellsHowTheSlotsThatRanWereHeld) {
  auto record = sample_record();
  auto& refused = record.slots[1].memory;
  refused.enforcement = "unavailable";
  refused.peak_bytes.reset();
  refused.violations.clear();
  EXPECT_EQ(Json::parse(to_json(record))["memory_safety"]["enforcement"], "soft");
}

TEST(RecordFromJson, MayLackWhatMayBeNull) {
  auto json = Json::parse(to_json(sample_record()));
  json["slots"][0].erase("accuracy");
  json["slots"][0].erase("thermal");
  json["run"].erase("disturbances");
  json["slots"][0].erase("layers");
  json["slots"][1]["memory"]["violations"][0].erase("kind");
  json.erase("memory_safety");
  json["slots"][0]["of_a_later_version"] = 1;
  const auto record = record_from_json(json.dump());
  ASSERT_TRUE(record) << record.error().what;
  EXPECT_EQ(record->slots[0].accuracy, std::nullopt);
  EXPECT_FALSE(record->slots[0].thermal);
  EXPECT_TRUE(record->run.disturbances.empty());
  EXPECT_TRUE(record->slots[0].layers.empty());
  EXPECT_EQ(record->slots[1].memory.violations.at(0).kind, ViolationKind::readings);
}

TEST(RecordFromJson, NamesThePlaceOfTheDamage) {
  EXPECT_THAT(error_after("/slots/0/latency_ms/n", "many"),
              HasSubstr("damaged at slots[0].latency_ms.n: expected a whole number"));
  EXPECT_THAT(error_after("/slots/0/frames", 1.5), HasSubstr("slots[0].frames"));
  EXPECT_THAT(error_after("/slots/0/model/bytes", -1), HasSubstr("slots[0].model.bytes"));
  EXPECT_THAT(error_after("/slots/0/backend/threads", 5000000000), HasSubstr("threads"));
  EXPECT_THAT(error_after("/slots/1/status", "asleep"),
              HasSubstr("slots[1].status: expected one of completed, skipped"));
  EXPECT_THAT(error_after("/slots/0/thermal/verdict", "tepid"),
              HasSubstr("slots[0].thermal.verdict: expected one of cold, sustained, throttled"));
  EXPECT_THAT(error_after("/slots/0/layers/1/calls", "often"),
              HasSubstr("slots[0].layers[1].calls: expected a whole number"));
  EXPECT_THAT(error_after("/run/disturbances", 1), HasSubstr("run.disturbances: expected a list"));
  EXPECT_THAT(error_after("/slots/0/pipeline/mean", Json::array({1, 2})),
              HasSubstr("slots[0].pipeline.mean: expected a list of 3"));
  EXPECT_THAT(error_after("/slots", 7), HasSubstr("damaged at slots: expected a list"));
  EXPECT_THAT(error_after("/slots/0", nullptr), HasSubstr("slots[0]: expected an object"));
  EXPECT_THAT(error_after("/run/started", "yesterday"), HasSubstr("run.started: expected a time"));
  EXPECT_THAT(error_after("/run/config/mode", 3), HasSubstr("run.config.mode: expected a text"));
  EXPECT_THAT(error_after("/slots/0/detections/by_class/car", "x"), HasSubstr("by_class.car"));
  EXPECT_THAT(error_after("/telemetry/channels/thermal.cpu/unit", "furlong"),
              HasSubstr("telemetry.channels.thermal.cpu.unit"));
  EXPECT_THAT(error_after("/machine/backends/0/available", "yes"),
              HasSubstr("machine.backends[0].available: expected true or false, found a text"));
  EXPECT_THAT(error_after("/slots/0/latency_ms/unsupported/0/name", "p42"),
              HasSubstr("slots[0].latency_ms.unsupported[0].name"));
}

TEST(RecordFromJson, NamesAMissingKey) {
  auto json = Json::parse(to_json(sample_record()));
  json["slots"][0]["source"].erase("frames_used");
  EXPECT_EQ(record_from_json(json.dump()).error().what,
            "the record is damaged at slots[0].source.frames_used: the key is missing");
}

TEST(RecordFromJson, RefusesWhatIsNoRecord) {
  const auto error = [](std::string_view text) { return record_from_json(text).error().what; };
  EXPECT_THAT(error(""), HasSubstr("not JSON"));
  EXPECT_THAT(error("hello"), HasSubstr("not JSON"));
  EXPECT_THAT(error("{\"a\": 1e999}"), HasSubstr("not JSON"));
  EXPECT_THAT(error("[]"), HasSubstr("not a record of jetmeter"));
  EXPECT_THAT(error("{\"schema\": 1}"), HasSubstr("not a record of jetmeter"));
  EXPECT_THAT(error("{\"schema\": \"jetmeter.record/2\"}"),
              HasSubstr("'jetmeter.record/2'; this version of jetmeter reads jetmeter.record/1"));
  EXPECT_THAT(error("{\"schema\": \"jetmeter.record/10\"}"), HasSubstr("reads jetmeter.record/1"));
}

TEST(RecordFromJson, RefusesARecordCutAnywhere) {
  const auto text = to_json(sample_record());
  const auto whole = text.find_last_of('}');
  for (std::size_t cut = 0; cut < whole; cut += 97)
    EXPECT_FALSE(record_from_json(std::string_view(text).substr(0, cut))) << cut;
}

}  // namespace
}  // namespace jetmeter
