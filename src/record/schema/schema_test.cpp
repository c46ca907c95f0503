// docs/record.schema.json against what is really written.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "jetmeter/record.h"
#include "support/sample_record.h"

namespace jetmeter {
namespace {

using nlohmann::json;

class RecordSchema : public testing::Test {
 protected:
  RecordSchema() {
    const auto text = read_text(JM_TESTS_DIR "/../docs/record.schema.json");
    document_ = json::parse(text.value());
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(valijson::adapters::NlohmannJsonAdapter(document_), schema_);
  }

  // Empty when the record fits; else the innermost complaint and its place.
  std::string complaint(const json& record) {
    valijson::ValidationResults results;
    valijson::Validator validator;
    const valijson::adapters::NlohmannJsonAdapter target(record);
    if (validator.validate(schema_, target, &results)) return "";
    valijson::ValidationResults::Error error;
    results.popError(error);
    std::string place;
    for (const auto& step : error.context) place += step;
    return place + " " + error.description;
  }
  std::string complaint_after(const std::string& pointer, const json& value) {
    auto record = json::parse(to_json(sample_record()));
    record[json::json_pointer(pointer)] = value;
    return complaint(record);
  }
  std::string complaint_without(const std::string& pointer, const std::string& key) {
    auto record = json::parse(to_json(sample_record()));
    record[json::json_pointer(pointer)].erase(key);
    return complaint(record);
  }

  json document_;
  valijson::Schema schema_;
};

TEST_F(RecordSchema, FitsAWholeRunAndAFailure) {
  EXPECT_EQ(complaint(json::parse(to_json(sample_record()))), "");
  EXPECT_EQ(complaint(json::parse(to_json(sample_record_of_a_failure()))), "");
  EXPECT_EQ(complaint(json::parse(to_json(sample_record_of_a_bench()))), "");
}

TEST_F(RecordSchema, FitsTheLeastThatARunWrites) {
  Record record;
  record.run.verdict = "failed";
  record.slots.resize(1);
  EXPECT_EQ(complaint(json::parse(to_json(record))), "");
}

TEST_F(RecordSchema, RefusesWhatIsBroken) {
  EXPECT_NE(complaint_after("/schema", "jetmeter.record/2"), "");
  EXPECT_NE(complaint_after("/run/verdict", "fine"), "");
  EXPECT_NE(complaint_after("/run/started", "yesterday"), "");
  EXPECT_NE(complaint_after("/slots/0/status", "asleep"), "");
  EXPECT_NE(complaint_after("/slots/0/frames", -1), "");
  EXPECT_NE(complaint_after("/slots/0/frames", nullptr), "");
  EXPECT_NE(complaint_after("/slots/0/accuracy/map50", 1.5), "");
  EXPECT_NE(complaint_after("/slots/0/latency_ms/p99", "12"), "");
  EXPECT_NE(complaint_after("/slots/0/stages_ms/infer", 12), "");
  EXPECT_NE(complaint_after("/slots/0/pipeline/mean", {1, 2}), "");
  EXPECT_NE(complaint_after("/slots/0/memory/enforcement", "wished"), "");
  EXPECT_NE(complaint_after("/slots/1/memory/violations/0/kind", "felt"), "");
  EXPECT_NE(complaint_after("/telemetry/channels/thermal.cpu/unit", "furlong"), "");
  EXPECT_NE(complaint_after("/pairs/schedule", "sometimes"), "");
  EXPECT_NE(complaint_after("/machine/clocks/locked", "yes"), "");
  EXPECT_NE(complaint_after("/machine/board/module", 8), "");
}

// Every key that a whole run writes is required, so that a reader may rely on it.
TEST_F(RecordSchema, RequiresEveryKeyThatIsWritten) {
  const auto record = json::parse(to_json(sample_record()));
  for (const std::string place : {"",
                                  "/run",
                                  "/run/tool",
                                  "/run/warnings/0",
                                  "/machine",
                                  "/machine/board",
                                  "/machine/clocks",
                                  "/machine/gpus/0",
                                  "/machine/backends/0",
                                  "/slots/0",
                                  "/slots/0/model",
                                  "/slots/0/model/inputs/0",
                                  "/slots/0/backend",
                                  "/slots/0/pipeline",
                                  "/slots/0/source",
                                  "/slots/0/source/bad/0",
                                  "/slots/0/phases/0",
                                  "/slots/0/latency_ms",
                                  "/slots/0/latency_ms/unsupported/0",
                                  "/slots/0/stages_ms/infer",
                                  "/slots/0/detections",
                                  "/slots/0/detections/per_frame",
                                  "/slots/0/accuracy",
                                  "/slots/0/accuracy/classes/0",
                                  "/slots/0/interference",
                                  "/slots/0/deadline",
                                  "/slots/0/memory",
                                  "/slots/1/memory/violations/0",
                                  "/pairs",
                                  "/telemetry",
                                  "/telemetry/sources/0",
                                  "/telemetry/channels/gpu.load",
                                  "/memory_safety",
                                  "/memory_safety/top/0"})
    for (const auto& [key, value] : record[json::json_pointer(place)].items())
      EXPECT_NE(complaint_without(place, key), "") << place << "/" << key;
}

// The page for people names every key too.
TEST_F(RecordSchema, IsExplainedOnItsPage) {
  const auto page = read_text(JM_TESTS_DIR "/../docs/record-schema.md").value();
  for (const auto& [name, definition] : document_["definitions"].items()) {
    const auto properties = definition.value("properties", json::object());
    for (const auto& [key, type] : properties.items())
      EXPECT_THAT(page, testing::HasSubstr("`" + key + "`")) << name;
  }
}

}  // namespace
}  // namespace jetmeter
