#include "backends/onnxruntime_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "backends/execution_provider.h"

namespace jetmeter {
namespace {

using nlohmann::json;

constexpr std::string_view kNodeSuffix = "_kernel_time";
constexpr std::int64_t kMostUs = 366LL * 24 * 3600 * 1'000'000;  // no profile lasts longer

// "" where the key is absent or holds something else.
std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<std::int64_t> microseconds_at(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  const auto value = found->get<std::uint64_t>();
  if (value > static_cast<std::uint64_t>(kMostUs)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

// Without the comma and the blanks around it.
std::string_view element_of(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(", \t\r") + 1 - first);
}

}  // namespace

Result<void> OrtProfileReader::take(std::string_view line) {
  ++line_;
  const auto element = element_of(line);
  if (element.empty() || element == "[" || element == "]") return {};
  const auto event = json::parse(element, nullptr, false);
  if (!event.is_object())
    return fail(
        fmt::format("line {} of ONNX Runtime's profile is no event; does the name of a "
                    "node hold a quotation mark?",
                    line_));
  const auto category = text_at(event, "cat");
  auto name = text_at(event, "name");
  if (category == "Session" && name == "model_run") {
    sums_.end_run();
    ended_.clear();
  }
  // Releases before 1.15 also tell of waiting, as "<node>_fence_before".
  if (category != "Node" || !name.ends_with(kNodeSuffix)) return {};
  const auto begin = microseconds_at(event, "ts"), duration = microseconds_at(event, "dur");
  if (!begin || !duration || (time_in_nodes_ += *duration) > kMostUs)
    return fail(fmt::format("line {} of ONNX Runtime's profile has no time that can be", line_));
  const auto found = event.find("args");
  const auto args = found != event.end() && found->is_object() ? *found : json::object();
  const auto type = text_at(args, "op_name"), index = text_at(args, "node_index");
  name.resize(name.size() - kNodeSuffix.size());
  if (name.empty()) name = fmt::format("{}_{}", type, index);
  const auto layer =
      sums_.layer(name + '\0' + index, name, type, device_kind(text_at(args, "provider")));
  using std::chrono::microseconds;
  sums_.add(layer, microseconds(*begin), microseconds(own_time({*begin, *duration})));
  return {};
}

// An event is written when its node ends: what a node has run stands before it and began no sooner.
std::int64_t OrtProfileReader::own_time(Span node) {
  auto own = node.duration;
  while (!ended_.empty() && ended_.back().begin >= node.begin) {
    own -= ended_.back().duration;
    ended_.pop_back();
  }
  ended_.push_back(node);
  return std::max<std::int64_t>(0, own);
}

Result<std::vector<LayerTime>> parse_ort_profile(std::string_view text) {
  OrtProfileReader reader;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (auto good = reader.take(text.substr(0, end)); !good)
      return tl::make_unexpected(good.error());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.layers();
}

}  // namespace jetmeter
