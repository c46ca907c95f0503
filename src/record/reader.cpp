#include <fmt/format.h>

#include "record/archive.h"

namespace jetmeter::record_json {
namespace {

std::string_view kind(const Json& json) {
  if (json.is_null()) return "nothing";
  if (json.is_string()) return "a text";
  if (json.is_boolean()) return "true or false";
  if (json.is_number()) return "another number";
  return json.is_array() ? "a list" : "an object";
}

}  // namespace

Reader::Reader(const Json& json, std::string path) : json_(json), path_(std::move(path)) {
  if (!json_.is_object()) Place{json_, path_}.fail("an object");
}

void Reader::Place::fail(const std::string& expected) const {
  throw ReadError{path, fmt::format("expected {}, found {}", expected, kind(json))};
}

Reader::Place Reader::at(const char* key) const {
  auto path = path_.empty() ? key : path_ + "." + key;
  const auto found = json_.find(key);
  if (found == json_.end()) throw ReadError{std::move(path), "the key is missing"};
  return {*found, std::move(path)};
}

std::int64_t Reader::whole(const Place& place, std::uint64_t most, bool may_be_negative) {
  if (place.json.is_number_unsigned()) {
    const auto value = place.json.get<std::uint64_t>();
    if (value <= most) return static_cast<std::int64_t>(value);
  } else if (place.json.is_number_integer() && may_be_negative) {
    const auto value = place.json.get<std::int64_t>();
    if (value >= -static_cast<std::int64_t>(most) - 1) return value;
  }
  place.fail(may_be_negative ? "a whole number" : "a whole number from 0 on");
}

void Reader::convert(const Place& place, std::string& value) {
  if (!place.json.is_string()) place.fail("a text");
  value = place.json.get<std::string>();
}

void Reader::convert(const Place& place, std::string_view& value) {
  for (const auto& quantile : reported_quantiles()) {
    if (place.json != quantile.name) continue;
    value = quantile.name;
    return;
  }
  place.fail("the name of a percentile");
}

void Reader::convert(const Place& place, WallTime& value) {
  const auto time =
      place.json.is_string() ? parse_utc(place.json.get<std::string>()) : std::optional<WallTime>();
  if (!time) place.fail("a time like 2026-01-31T12:00:00.123456Z");
  value = *time;
}

void Reader::convert(const Place& place, Pairs& pairs) {
  const Reader reader(place.json, place.path);
  pairs.clear();
  for (const auto& [key, value] : place.json.items()) {
    std::vector<std::string> values(1);
    if (value.is_array())
      convert({value, place.path + "." + key}, values);
    else
      convert({value, place.path + "." + key}, values.front());
    for (auto& each : values) pairs.emplace_back(key, std::move(each));
  }
}

void Reader::convert(const Place& place, Counts& counts) {
  const Reader reader(place.json, place.path);
  counts.clear();
  for (const auto& [key, value] : place.json.items())
    convert({value, place.path + "." + key}, counts[key]);
}

}  // namespace jetmeter::record_json
