#include "history/entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "history/text.h"

namespace jetmeter {
namespace {

std::string board_of(const Machine& machine) {
  if (!machine.board) return machine.cpu;
  if (machine.board->module && !machine.board->module->empty()) return *machine.board->module;
  return machine.board->model.empty() ? machine.cpu : machine.board->model;
}

using Config = std::vector<std::pair<std::string, std::string>>;

std::string option_of(const Config& config, std::string_view key) {
  std::string text;
  for (const auto& [option, value] : config)
    if (option == key) text += (text.empty() ? "" : ",") + value;
  return text;
}

// Of what `compare` wants to be equal, what has no column of its own and was asked for.
std::string conditions_of(const LoadRecord& load, const Config& config) {
  constexpr std::array<std::string_view, 4> kColumns{"scenario", "streams", "rate", "batch"};
  std::string text;
  for (const auto& [option, value, usual] : load_conditions(load, config))
    if (!usual && std::ranges::find(kColumns, option) == kColumns.end())
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", option, value);
  if (load.turns.value_or(0) > 0) text += text.empty() ? "turns" : " turns";
  return text;
}

std::string shapes_of(const ModelRecord& model) {
  std::string text;
  for (const auto& input : model.inputs)
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", input.name, format_shape(input.shape));
  return text;
}

void add_load(HistoryRow& row, const SlotRecord& slot, const Config& config) {
  if (!slot.load) return;
  const auto& load = *slot.load;
  row.scenario = valid_utf8(load.scenario);
  row.streams = std::to_string(load.in_flight);
  // The rate of a search is its result.
  if (load.per_second && (load.scenario == "rate" || load.scenario == "poisson"))
    row.rate = fmt::format("{:.10g}", *load.per_second);
  row.batch = valid_utf8(option_of(config, "batch"));
  row.conditions = valid_utf8(conditions_of(load, config));
}

SlotEntry slot_entry(const SlotRecord& slot, const Config& config) {
  SlotEntry entry;
  auto& row = entry.row;
  row.slot = valid_utf8(slot.name);
  row.status = name(slot.status);
  if (slot.model) {
    row.model = valid_utf8(std::filesystem::path(slot.model->path).filename().string());
    row.model_sha256 = valid_utf8(slot.model->sha256);
    row.shapes = valid_utf8(shapes_of(*slot.model));
  }
  if (slot.backend) {
    row.backend = valid_utf8(slot.backend->name);
    row.backend_version = valid_utf8(slot.backend->version);
    row.device = valid_utf8(slot.backend->device);
    row.precision = valid_utf8(slot.backend->precision);
    row.threads = std::to_string(slot.backend->threads);
  }
  add_load(row, slot, config);
  row.frames = slot.frames;
  entry.metrics = metrics_of(slot);
  for (auto& metric : entry.metrics) metric.name = valid_utf8(metric.name);
  return entry;
}

}  // namespace

std::string subcommand_of(std::string_view command) {
  const auto space = command.find(' ');
  if (space == command.npos) return "";
  command.remove_prefix(std::min(command.find_first_not_of(' ', space), command.size()));
  return std::string(command.substr(0, command.find(' ')));
}

RunEntry entry_of(const Record& record, std::string_view host) {
  RunEntry entry;
  auto& run = entry.run;
  run.run_id = valid_utf8(record.run.id);
  run.host = valid_utf8(host);
  run.started = record.run.started;
  run.subcommand = valid_utf8(subcommand_of(record.run.command));
  run.verdict = valid_utf8(record.run.verdict);
  run.board = valid_utf8(board_of(record.machine));
  run.power_mode = valid_utf8(record.machine.power_mode.value_or(""));
  run.tool_version = valid_utf8(record.run.tool_version);
  entry.finished = record.run.finished;
  entry.command = valid_utf8(without_password(record.run.command));
  entry.tool_git = valid_utf8(record.run.tool_git);
  entry.record = valid_utf8(without_password(to_json(record)));
  for (const auto& slot : record.slots) entry.slots.push_back(slot_entry(slot, record.run.config));
  return entry;
}

}  // namespace jetmeter
