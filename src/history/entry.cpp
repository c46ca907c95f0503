#include "history/entry.h"

#include <filesystem>

#include "history/text.h"

namespace jetmeter {
namespace {

std::string board_of(const Machine& machine) {
  if (!machine.board) return machine.cpu;
  if (machine.board->module && !machine.board->module->empty()) return *machine.board->module;
  return machine.board->model.empty() ? machine.cpu : machine.board->model;
}

SlotEntry slot_entry(const SlotRecord& slot) {
  SlotEntry entry;
  auto& row = entry.row;
  row.slot = storable(slot.name);
  row.status = name(slot.status);
  if (slot.model) {
    row.model = storable(std::filesystem::path(slot.model->path).filename().string());
    row.model_sha256 = storable(slot.model->sha256);
  }
  if (slot.backend) {
    row.backend = storable(slot.backend->name);
    row.backend_version = storable(slot.backend->version);
    row.device = storable(slot.backend->device);
    row.precision = storable(slot.backend->precision);
  }
  row.frames = slot.frames;
  entry.metrics = metrics_of(slot);
  for (auto& metric : entry.metrics) metric.name = storable(metric.name);
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
  run.run_id = storable(record.run.id);
  run.host = storable(host);
  run.started = record.run.started;
  run.subcommand = storable(subcommand_of(record.run.command));
  run.verdict = storable(record.run.verdict);
  run.board = storable(board_of(record.machine));
  run.power_mode = storable(record.machine.power_mode.value_or(""));
  run.tool_version = storable(record.run.tool_version);
  entry.finished = record.run.finished;
  entry.command = storable(without_password(record.run.command));
  entry.tool_git = storable(record.run.tool_git);
  entry.record = storable(without_password(to_json(record)));
  for (const auto& slot : record.slots) entry.slots.push_back(slot_entry(slot));
  return entry;
}

}  // namespace jetmeter
