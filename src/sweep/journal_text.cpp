#include "sweep/journal_text.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace jetmeter {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema = "jetmeter.sweep/1";
constexpr std::string_view kAnySchema = "jetmeter.sweep/";
constexpr std::size_t kLongestHeader = 4096;
constexpr std::string_view kHeaderBegin = R"({"schema":"jetmeter.sweep/)";

std::string line_of(const Json& json) {
  // Names of files need not be UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::optional<std::string> text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

// 0 where the key is absent; absent when it is there and no such number.
std::optional<std::int64_t> whole_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) return 0;
  if (!found->is_number_integer()) return std::nullopt;
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > INT32_MAX) return std::nullopt;
  const auto value = found->get<std::int64_t>();
  return value >= INT32_MIN && value <= INT32_MAX ? std::optional(value) : std::nullopt;
}

SweepValues values_of(const Json& json) {
  SweepValues values;
  const auto found = json.find("values");
  if (found == json.end() || !found->is_object()) return values;
  for (const auto& [option, value] : found->items())
    if (value.is_string()) values.emplace_back(option, value.get<std::string>());
  return values;
}

// Absent for a damaged line.
std::optional<StepResult> result_of(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  const auto id = text_of(json, "id"), digest = text_of(json, "digest"),
             status = text_of(json, "status");
  const auto exit_code = whole_of(json, "exit_code"), repeat = whole_of(json, "repeat");
  if (!id || !digest || !status || !exit_code || !repeat) return std::nullopt;
  StepResult result;
  result.id = *id;
  result.digest = *digest;
  result.status = *status;
  result.reason = text_of(json, "reason").value_or("");
  result.exit_code = static_cast<int>(*exit_code);
  const auto seconds = json.find("seconds");
  if (seconds != json.end() && seconds->is_number()) result.seconds = seconds->get<double>();
  result.out = text_of(json, "out").value_or("");
  result.values = values_of(json);
  result.repeat = std::max(1, static_cast<int>(*repeat));
  return result;
}

Json parsed(std::string_view line) {
  return Json::parse(line, nullptr, false);
}

Result<void> take_header(std::string_view line, Journal& journal) {
  const auto json = parsed(line);
  const auto schema = json.is_object() ? text_of(json, "schema") : std::nullopt;
  const auto plan = json.is_object() ? text_of(json, "plan") : std::nullopt;
  if (schema && *schema != kSchema && schema->starts_with(kAnySchema))
    return fail(fmt::format("is of another version of jetmeter ({}, this one reads {})",
                            in_quotes(*schema), kSchema));
  const auto steps = json.is_object() ? whole_of(json, "steps") : std::nullopt;
  if (schema != kSchema || !plan || !steps) return fail("is not the journal of a sweep");
  journal.plan_digest = *plan;
  journal.steps = *steps;
  return {};
}

// What a death between two bytes of the header's writing leaves. After a power cut a file may have
// its length and none of its bytes.
bool is_torn_header(std::string_view text) {
  if (text.size() > kLongestHeader) return false;
  return text.find_first_not_of('\0') == text.npos || kHeaderBegin.starts_with(text) ||
         text.starts_with(kHeaderBegin);
}

}  // namespace

std::string journal_header(std::string_view plan_digest, std::size_t steps) {
  return line_of(Json{{"schema", kSchema}, {"plan", plan_digest}, {"steps", steps}});
}

std::string journal_line(const StepResult& result) {
  Json json{{"id", result.id}, {"digest", result.digest}, {"status", result.status}};
  if (!result.reason.empty()) json["reason"] = result.reason;
  json["exit_code"] = result.exit_code;
  if (std::isfinite(result.seconds)) json["seconds"] = result.seconds;
  json["out"] = result.out.string();
  json["repeat"] = result.repeat;
  auto& values = json["values"] = Json::object();
  for (const auto& [option, value] : result.values) values[option] = value;
  return line_of(json);
}

Result<JournalText> parse_journal(std::string_view text) {
  JournalText out;
  const auto first = text.find('\n');
  if (first == text.npos) {
    if (!is_torn_header(text)) return fail("is not the journal of a sweep");
    out.unwritten = true;
    out.journal.torn_lines = text.empty() ? 0 : 1;
    return out;
  }
  if (const auto header = take_header(text.substr(0, first), out.journal); !header)
    return tl::make_unexpected(header.error());
  out.whole_bytes = first + 1;
  for (auto end = first; (end = text.find('\n', out.whole_bytes)) != text.npos;) {
    const auto line = text.substr(out.whole_bytes, end - out.whole_bytes);
    out.whole_bytes = end + 1;
    auto result = result_of(parsed(line));
    if (result)
      out.journal.results.push_back(std::move(*result));
    else
      ++out.journal.torn_lines;
  }
  if (out.whole_bytes < text.size()) ++out.journal.torn_lines;
  return out;
}

}  // namespace jetmeter
