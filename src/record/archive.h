// Writes and reads plain data as JSON from one list of its fields: for every struct T of the record
// there is a `fields(archive, T&)`, which names each key once, for both directions.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "record/wall_time.h"
#include "record/words.h"

namespace jetmeter::record_json {

using Json = nlohmann::ordered_json;
// An object; a key that stands there more than once has a list of its values.
using Pairs = std::vector<std::pair<std::string, std::string>>;
using Counts = std::map<std::string, std::int64_t>;

class Writer {
 public:
  template <typename T>
  void operator()(const char* key, T& value) {
    json_[key] = convert(value);
  }
  // What earlier versions of the format did not have.
  template <typename T>
  void later(const char* key, std::vector<T>& list) {
    json_[key] = convert(list);
  }
  template <Worded T>
  void later(const char* key, T& value) {
    json_[key] = convert(value);
  }
  // A key of the format that this version has nothing to say about.
  void absent(const char* key) { json_[key] = nullptr; }
  // Fields of the same struct under a key of their own.
  template <typename Visit>
  void object(const char* key, Visit visit) {
    Writer inner;
    visit(inner);
    json_[key] = std::move(inner.json_);
  }
  // An object instead of a list: each element under its own name.
  template <typename T>
  void keyed(const char* key, std::vector<T>& list) {
    auto& out = json_[key] = Json::object();
    for (auto& element : list) out[element.name] = convert(element);
  }
  Json take() { return std::move(json_); }

 private:
  template <typename T>
  static Json convert(T& value) {
    if constexpr (Worded<T>) {
      const auto word = name(value);
      return word.empty() ? Json() : Json(word);
    } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string> ||
                         std::is_same_v<T, std::string_view> || std::is_same_v<T, Counts>) {
      return value;
    } else {
      Writer inner;
      fields(inner, value);
      return std::move(inner.json_);
    }
  }
  // The nearest decimal instead of the nearest double, which is 0.44999998807907104 for 0.45F.
  static Json convert(float& value) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    double shortest = value;
    std::from_chars(text, end, shortest);
    return shortest;
  }
  static Json convert(WallTime& value) { return format_utc(value); }
  static Json convert(Pairs& pairs) {
    auto out = Json::object();
    for (const auto& [key, value] : pairs) {
      auto& place = out[key];
      if (place.is_null()) {
        place = value;
        continue;
      }
      if (!place.is_array()) place = Json::array({place});
      place.push_back(value);
    }
    return out;
  }
  template <typename T>
  static Json convert(std::optional<T>& value) {
    return value ? convert(*value) : Json();
  }
  template <typename T>
  static Json convert(std::vector<T>& list) {
    auto out = Json::array();
    for (auto& element : list) out.push_back(convert(element));
    return out;
  }
  template <typename T, std::size_t N>
  static Json convert(std::array<T, N>& list) {
    auto out = Json::array();
    for (auto& element : list) out.push_back(convert(element));
    return out;
  }

  Json json_ = Json::object();
};

// What is wrong with a record, and where: "slots[0].frames".
struct ReadError {
  std::string path, what;
};

class Reader {
 public:
  Reader(const Json& json, std::string path);

  template <typename T>
  void operator()(const char* key, T& value) const {
    convert(at(key), value);
  }
  // What may be absent may also be left out.
  template <typename T>
  void operator()(const char* key, std::optional<T>& value) const {
    value.reset();
    const auto found = json_.find(key);
    if (found == json_.end() || found->is_null()) return;
    convert(at(key), value.emplace());
  }
  template <typename T>
  void later(const char* key, std::vector<T>& list) const {
    list.clear();
    if (json_.contains(key)) convert(at(key), list);
  }
  // Of an earlier version it keeps what it was.
  template <Worded T>
  void later(const char* key, T& value) const {
    if (json_.contains(key)) convert(at(key), value);
  }
  void absent(const char*) const {}
  template <typename Visit>
  void object(const char* key, Visit visit) const {
    const auto place = at(key);
    visit(Reader(place.json, place.path));
  }
  template <typename T>
  void keyed(const char* key, std::vector<T>& list) const {
    const auto place = at(key);
    list.clear();
    for (const auto& [name, value] : Reader(place.json, place.path).json_.items()) {
      T element;
      element.name = name;
      convert({value, place.path + "." + name}, element);
      list.push_back(std::move(element));
    }
  }

 private:
  struct Place {
    const Json& json;
    std::string path;
    [[noreturn]] void fail(const std::string& expected) const;
  };
  Place at(const char* key) const;

  template <typename T>
  static void convert(const Place& place, T& value) {
    if constexpr (Worded<T>) {
      const auto found = place.json.is_null() ? from_word<T>("")
                         : place.json.is_string()
                             ? from_word<T>(place.json.template get<std::string>())
                             : std::nullopt;
      if (!found) place.fail("one of " + words_of<T>());
      value = *found;
    } else if constexpr (std::is_same_v<T, bool>) {
      if (!place.json.is_boolean()) place.fail("true or false");
      value = place.json.template get<bool>();
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(whole(place, static_cast<std::uint64_t>(std::numeric_limits<T>::max()),
                                   std::is_signed_v<T>));
    } else if constexpr (std::is_floating_point_v<T>) {
      if (!place.json.is_number()) place.fail("a number");
      value = static_cast<T>(place.json.template get<double>());
    } else {
      fields(Reader(place.json, place.path), value);
    }
  }
  static std::int64_t whole(const Place&, std::uint64_t most, bool may_be_negative);
  static void convert(const Place&, std::string&);
  // A name that outlives the text it is read from: that of a reported percentile.
  static void convert(const Place&, std::string_view&);
  static void convert(const Place&, WallTime&);
  static void convert(const Place&, Pairs&);
  static void convert(const Place&, Counts&);
  template <typename T>
  static void convert(const Place& place, std::vector<T>& list) {
    if (!place.json.is_array()) place.fail("a list");
    list.clear();
    for (std::size_t i = 0; i < place.json.size(); ++i)
      convert(element(place, i), list.emplace_back());
  }
  template <typename T, std::size_t N>
  static void convert(const Place& place, std::array<T, N>& list) {
    if (!place.json.is_array() || place.json.size() != N)
      place.fail("a list of " + std::to_string(N));
    for (std::size_t i = 0; i < N; ++i) convert(element(place, i), list[i]);
  }
  static Place element(const Place& place, std::size_t index) {
    return {place.json[index], place.path + "[" + std::to_string(index) + "]"};
  }

  const Json& json_;
  std::string path_;
};

}  // namespace jetmeter::record_json
