#include <nlohmann/json.hpp>

#include "compare/rows.h"

namespace jetmeter {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json ratio_json(const MetricComparison& row) {
  const auto mid = ratio_mid(row);
  if (!mid) return nullptr;
  if (!row.ratio) return {{"low", nullptr}, {"mid", *mid}, {"high", nullptr}};
  return {{"low", row.ratio->low}, {"mid", row.ratio->mid}, {"high", row.ratio->high}};
}

Json metric_json(const Comparison& of, const MetricComparison& row) {
  return {{"baseline", of.a},
          {"run", of.b},
          {"slot", row.slot},
          {"name", row.name},
          {"a", number(row.a)},
          {"b", number(row.b)},
          {"ratio", ratio_json(row)},
          {"confidence", row.ratio ? Json(row.ratio->confidence) : Json()},
          {"verdict", name(row.verdict)},
          {"reason", row.reason},
          {"better", row.better == Better::lower ? "lower" : "higher"},
          {"paired", row.paired},
          {"rounds", of.rounds > 0 ? Json(of.rounds) : Json()},
          {"in_turn", of.in_turn}};
}

}  // namespace

std::string to_json(const CompareResult& result) {
  Json differences = Json::array(), metrics = Json::array();
  for (const auto& difference : result.differences)
    differences.push_back({{"what", difference.what},
                           {"values", difference.values},
                           {"blocking", difference.blocking}});
  for (const auto& comparison : result.comparisons)
    for (const auto& row : comparison.metrics) metrics.push_back(metric_json(comparison, row));
  const Json json{{"schema", "jetmeter.comparison/1"},
                  {"runs", run_names(result)},
                  {"differences", differences},
                  {"complaints", result.complaints},
                  {"metrics", metrics}};
  // Paths need not be UTF-8; JSON must be.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace jetmeter
