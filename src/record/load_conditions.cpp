#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "jetmeter/record.h"

namespace jetmeter {
namespace {

using Config = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kSearch = "find-rate";

// In the order of their text: in which they were typed says nothing.
std::string option_of(const Config& config, std::string_view key, std::string_view usual) {
  std::vector<std::string> values;
  for (const auto& [option, value] : config)
    if (option == key) values.push_back(value);
  std::ranges::sort(values);
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : ",") + value;
  return text.empty() ? std::string(usual) : text;
}

std::string number_text(double value) {
  return fmt::format("{:.10g}", value);
}

LoadCondition option(const Config& config, std::string_view key, std::string_view usual) {
  auto value = option_of(config, key, usual);
  const bool is_usual = value == usual;
  return {std::string(key), std::move(value), is_usual};
}

LoadCondition number(const Config& config, std::string_view key, std::string_view usual) {
  auto out = option(config, key, usual);
  double value = 0;
  const auto* end = out.value.data() + out.value.size();
  const auto [rest, error] = std::from_chars(out.value.data(), end, value);
  if (error != std::errc{} || rest != end) return out;
  out.value = number_text(value);
  out.usual = out.value == usual;
  return out;
}

// That of a search is its result.
LoadCondition rate_of(const LoadRecord& load) {
  if (load.scenario == kSearch || !load.per_second) return {"rate", "none", true};
  return {"rate", number_text(*load.per_second), false};
}

// A seed is of arrivals at random.
LoadCondition search_of(const LoadRecord& load) {
  if (load.scenario != kSearch) return {std::string(kSearch), "false", true};
  return {std::string(kSearch), load.seed ? "poisson" : "true", false};
}

LoadCondition bound_of(const LoadRecord& load, const Config& config) {
  auto out = option(config, "bound", load.scenario == kSearch ? "drops<5%" : "none");
  out.usual = out.usual && load.scenario != kSearch;
  return out;
}

}  // namespace

std::vector<LoadCondition> load_conditions(const LoadRecord& load, const Config& config) {
  const bool due = !load.when_busy.empty();
  return {{"scenario", load.scenario, false},
          {"streams", std::to_string(load.in_flight), load.in_flight == 1},
          rate_of(load),
          {"when-busy", due ? load.when_busy : "none", !due},
          number(config, "queue-limit", "0"),
          number(config, "count", "0"),
          number(config, "batch", "1"),
          option(config, "copies", "false"),
          search_of(load),
          bound_of(load, config)};
}

}  // namespace jetmeter
