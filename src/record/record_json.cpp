#include <fmt/format.h>

#include "jetmeter/record.h"
#include "record/archive.h"
#include "record/machine_fields.h"
#include "record/memory_safety.h"
#include "record/run_fields.h"
#include "record/slot_fields.h"

namespace jetmeter {
namespace record_json {

namespace {

template <typename Archive>
void record_fields(Archive&& in, Record& record) {
  in("run", record.run);
  in.object("machine",
            [&](auto&& inner) { machine_fields(inner, record.machine, record.backends); });
  in("slots", record.slots);
  in("pairs", record.pairs);
  in.object("telemetry", [&](auto&& telemetry) {
    telemetry("sampler_cpu_seconds", record.sampler_cpu_seconds);
    telemetry("sources", record.telemetry_sources);
    telemetry.keyed("channels", record.telemetry_channels);
  });
}

}  // namespace
}  // namespace record_json

namespace {

using record_json::Json;

Result<void> check_schema(const Json& json) {
  const auto schema = json.is_object() ? json.find("schema") : json.end();
  if (schema == json.end() || !schema->is_string())
    return fail("this is not a record of jetmeter: it has no key \"schema\"");
  const auto found = schema->get<std::string>();
  if (found == kRecordSchema || found.starts_with(std::string(kRecordSchema) + ".")) return {};
  return fail(fmt::format("the record has the schema {}; this version of jetmeter reads {}",
                          in_quotes(found), kRecordSchema));
}

}  // namespace

std::string_view name(ViolationKind kind) {
  switch (kind) {
    case ViolationKind::readings: return "readings";
    case ViolationKind::high_water_mark: return "high_water_mark";
    case ViolationKind::refused: return "refused";
    case ViolationKind::killed: return "killed";
  }
  return "";
}

std::string_view name(SlotStatus status) {
  switch (status) {
    case SlotStatus::completed: return "completed";
    case SlotStatus::skipped: return "skipped";
    case SlotStatus::failed: return "failed";
    case SlotStatus::over_budget: return "over_budget";
  }
  return "failed";
}

std::string_view name(ThermalVerdict verdict) {
  switch (verdict) {
    case ThermalVerdict::cold: return "cold";
    case ThermalVerdict::sustained: return "sustained";
    case ThermalVerdict::throttled: return "throttled";
    case ThermalVerdict::unknown: return "unknown";
  }
  return "unknown";
}

std::string to_json(const Record& record) {
  auto fields_of = record;  // the list of fields serves reading too, and so takes what may change
  record_json::Writer writer;
  std::string schema(kRecordSchema);
  writer("schema", schema);
  record_json::record_fields(writer, fields_of);
  auto json = writer.take();
  json["memory_safety"] = record_json::memory_safety(record.slots);
  // File names need not be UTF-8; JSON must be.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Record> record_from_json(std::string_view text) {
  try {
    const auto json = Json::parse(text);
    if (auto schema = check_schema(json); !schema) return tl::make_unexpected(schema.error());
    Record record;
    record_json::record_fields(record_json::Reader(json, ""), record);
    return record;
  } catch (const Json::parse_error& error) {
    return fail(
        fmt::format("this is not JSON, or not the whole of it: it breaks off or goes wrong "
                    "at byte {} of {}",
                    error.byte, text.size()));
  } catch (const Json::exception&) {  // a number that no machine can hold
    return fail("this is not JSON: one of its numbers is out of range");
  } catch (const record_json::ReadError& error) {
    return fail(fmt::format("the record is damaged at {}: {}", error.path, error.what));
  }
}

}  // namespace jetmeter
