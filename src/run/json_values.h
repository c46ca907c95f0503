// How the messages between our own processes spell optional values, durations and paths in JSON.
#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

namespace nlohmann {

template <typename T>
struct adl_serializer<std::optional<T>> {
  static void to_json(json& out, const std::optional<T>& value) {
    if (value)
      out = *value;
    else
      out = nullptr;
  }
  static void from_json(const json& in, std::optional<T>& value) {
    if (in.is_null())
      value.reset();
    else
      value = in.get<T>();
  }
};

template <>
struct adl_serializer<std::chrono::nanoseconds> {
  static void to_json(json& out, std::chrono::nanoseconds value) { out = value.count(); }
  static void from_json(const json& in, std::chrono::nanoseconds& value) {
    value = std::chrono::nanoseconds(in.get<std::chrono::nanoseconds::rep>());
  }
};

template <>
struct adl_serializer<std::filesystem::path> {
  static void to_json(json& out, const std::filesystem::path& value) { out = value.string(); }
  static void from_json(const json& in, std::filesystem::path& value) {
    value = in.get<std::string>();
  }
};

}  // namespace nlohmann
