#include "monitor/view_json.h"

#include <nlohmann/json.hpp>

namespace jetmeter {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json caps_json(const ClockCaps& caps) {
  return {{"cpu_hertz", or_null(caps.cpu_hz)},
          {"gpu_hertz", or_null(caps.gpu_hz)},
          {"emc_hertz", or_null(caps.emc_hz)}};
}

Json machine_json(const std::optional<Machine>& machine) {
  if (!machine) return {};
  const auto board = machine->board.value_or(Board{});
  Json json{{"board", machine->board ? Json(board.model) : Json()},
            {"module", or_null(board.module)},
            {"part_number", or_null(board.part_number)},
            {"l4t", or_null(board.l4t)},
            {"jetpack", or_null(board.jetpack)}};
  json["cpu"] = machine->cpu;
  json["cores"] = machine->cores > 0 ? Json(machine->cores) : Json();
  json["gpus"] = Json::array();
  for (const auto& gpu : machine->gpus)
    json["gpus"].push_back({{"name", gpu.name}, {"memory_bytes", or_null(gpu.memory_bytes)}});
  json["kernel"] = machine->kernel;
  json["power_mode"] = or_null(machine->power_mode);
  json["power_mode_id"] = or_null(machine->power_mode_id);
  json["fan_profile"] = or_null(machine->fan_profile);
  json["governor"] = or_null(machine->governor);
  json["active_sms"] = or_null(machine->active_sms);
  json["clock_caps"] = caps_json(machine->clocks.caps);
  json["clocks_locked"] = or_null(machine->clocks.locked);
  return json;
}

Json memory_json(const Ledger& ledger) {
  Json json{{"architecture", name(ledger.architecture)},
            {"rule", "a view is a part of its pool; views overlap and are no summands"},
            {"pools", Json::array()},
            {"views", Json::array()}};
  for (const auto& pool : ledger.pools) {
    json["pools"].push_back(
        {{"name", pool.name},
         {"total_bytes", pool.total.bytes()},
         {"available_bytes", pool.available ? Json(pool.available->bytes()) : Json()}});
  }
  for (const auto& view : ledger.views)
    json["views"].push_back(
        {{"name", view.name},
         {"part_of", view.pool ? Json(ledger.pools.at(*view.pool).name) : Json()},
         {"amount_bytes", view.amount.bytes()},
         {"note", view.note}});
  return json;
}

Json channels_json(const std::vector<MonitorChannel>& channels) {
  auto json = Json::array();
  for (const auto& channel : channels) {
    const auto unit = key_suffix(channel.unit);
    json.push_back({{"name", channel.name},
                    {"source", channel.source},
                    {"unit", unit.empty() ? Json() : Json(unit)},
                    {"value", or_null(channel.latest)}});
  }
  return json;
}

Json processes_json(const MonitorView& view) {
  auto json = Json::array();
  for (const auto& process : view.processes)
    json.push_back({{"pid", process.pid > 0 ? Json(process.pid) : Json()},
                    {"name", process.name},
                    {"pss_bytes", or_null(process.pss_bytes)},
                    {"rss_bytes", or_null(process.rss_bytes)},
                    {"gpu_bytes", or_null(process.gpu_bytes)}});
  return json;
}

Json replay_json(const std::optional<ReplayState>& replay) {
  if (!replay) return {};
  return {{"name", replay->name},
          {"share", or_null(replay->share)},
          {"lines_not_understood", replay->bad_lines}};
}

Json time_json(const MonitorView& view) {
  if (view.time) return format_utc(*view.time);
  return view.local_time.empty() ? Json() : Json(view.local_time);
}

}  // namespace

std::string view_as_json(const MonitorView& view) {
  Json json{{"schema", "jetmeter.monitor/1"},
            {"time", time_json(view)},
            {"monotonic_ns", view.at.count()},
            {"machine", machine_json(view.machine)},
            {"memory", memory_json(view.ledger)},
            {"channels", channels_json(view.channels)},
            {"processes", processes_json(view)},
            {"process_note", view.process_note},
            {"missing", Json::array()},
            {"unknown_words", Json::array()},
            {"recording", replay_json(view.replay)}};
  for (const auto& source : view.missing)
    json["missing"].push_back({{"source", source.name}, {"reason", source.reason}});
  for (const auto& [source, words] : view.unknown)
    json["unknown_words"].push_back(
        {{"source", source}, {"count", words.count}, {"words", words.words}, {"more", words.more}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace jetmeter
