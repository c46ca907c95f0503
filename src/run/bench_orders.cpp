#include "run/bench_orders.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "run/json_values.h"

namespace jetmeter {

using nlohmann::json;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Scenario, kind, in_flight, per_second, when_busy, queue_limit,
                                   deadline, seed, offline_count)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StopRules, min_time, min_count, median_within_percent, max_time,
                                   max_count)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WarmUp, min_time, min_count)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RateBound, quantile, latency, drop_percent)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ShapeOptions, wishes, batch, max_bytes)

// JSON has no number for what is none, and none without an end: those travel as words.
static json constant_to_json(double value) {
  if (std::isfinite(value)) return value;
  return fmt::format("{}", value);
}

static double constant_from_json(const json& in) {
  return in.is_string() ? std::strtod(in.get<std::string>().c_str(), nullptr) : in.get<double>();
}

static void to_json(json& out, const Fill& fill) {
  out = {{"kind", fill.kind},
         {"low", fill.low},
         {"high", fill.high},
         {"range_given", fill.range_given},
         {"value", constant_to_json(fill.value)},
         {"file", fill.file},
         {"member", fill.member}};
}

static void from_json(const json& in, Fill& fill) {
  in.at("kind").get_to(fill.kind);
  in.at("low").get_to(fill.low);
  in.at("high").get_to(fill.high);
  in.at("range_given").get_to(fill.range_given);
  fill.value = constant_from_json(in.at("value"));
  in.at("file").get_to(fill.file);
  in.at("member").get_to(fill.member);
}

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TurnSeat, descriptor, first)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BenchSpec, scenario, stop, warm_up, find_rate, trial_time,
                                   search_time, shapes, fills, seed, copies, slowdown, ladder,
                                   profile_runs, dump_outputs, hold, turns)

// The summaries are the supervisor's, from the samples.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RateTrialRecord, per_second, holds, reason, latency_ms,
                                   drop_percent, achieved_per_second)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LoadRecord, scenario, in_flight, per_second, when_busy, seed,
                                   deadline_ms, stopped_by, stop_sentence, issued, done, dropped,
                                   missed_deadline, unserved, awaited, generator_late, waiting,
                                   warmup_count, loop_overhead_ns, clock_ns, clock_resolution_ns,
                                   found_per_second, search_verdict, trials, inputs, turns)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RungMeasured, name, what, reason, adds_to, round_ms,
                                   latencies_ms)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LayerTime, name, type, device, calls, total, first_begin)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BenchReport, load, rungs, layers, notes, unwritten)

namespace {

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string to_json(const BenchSpec& spec) {
  return dump(spec);
}
BenchSpec bench_spec_from_json(std::string_view text) {
  return json::parse(text).get<BenchSpec>();
}
std::string to_json(const BenchReport& report) {
  return dump(report);
}
BenchReport bench_report_from_json(std::string_view text) {
  return json::parse(text).get<BenchReport>();
}

}  // namespace jetmeter
