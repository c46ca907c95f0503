#include <fmt/format.h>

#include "report/cell.h"
#include "report/sections.h"

namespace jetmeter {
namespace {

constexpr double kMilli = 1e3;  // per second

Table facts() {
  return {{{"", Align::left}, {"", Align::left}}, {}};
}

// Large and small readings alike: four significant figures.
std::string reading(const std::optional<double>& value, Unit unit) {
  if (!value) return "-";
  if (unit == Unit::byte && *value >= 0) return format_bytes(static_cast<std::uint64_t>(*value));
  return fmt::format("{:.4g}", *value);
}

using Rows = decltype(Table::rows);

std::string megahertz(const std::optional<std::uint64_t>& hertz) {
  constexpr double kHertzPerMegahertz = 1e6;
  return hertz ? fmt::format("{:g} MHz", static_cast<double>(*hertz) / kHertzPerMegahertz) : "-";
}

// Only a board has caps that a reader must know; elsewhere it is the governor that tells.
void add_board(const Machine& machine, Rows& rows) {
  const auto& board = *machine.board;
  rows.push_back({"board", board.model});
  if (board.module) rows.push_back({"module", *board.module});
  rows.push_back({"L4T", board.l4t.value_or("-")});
  rows.push_back({"JetPack", board.jetpack.value_or("-")});
}

void add_clocks(const Machine& machine, Rows& rows) {
  const auto& caps = machine.clocks.caps;
  rows.push_back({"clock caps", fmt::format("CPU {}, GPU {}, EMC {}", megahertz(caps.cpu_hz),
                                            megahertz(caps.gpu_hz), megahertz(caps.emc_hz))});
  const auto locked = machine.clocks.locked;
  if (locked) rows.push_back({"clocks locked", *locked ? "yes" : "no"});
  if (machine.active_sms) rows.push_back({"active SMs", std::to_string(*machine.active_sms)});
  rows.push_back({"fan profile", machine.fan_profile.value_or("-")});
}

}  // namespace

Section machine_section(const Record& record) {
  const auto& machine = record.machine;
  Section section{"Machine", facts(), {}};
  auto& rows = section.table.rows;
  const auto add = [&](std::string title, std::string value) {
    rows.push_back({std::move(title), std::move(value)});
  };
  if (machine.board) add_board(machine, rows);
  add("memory architecture", std::string(name(machine.memory_architecture)));
  add("processor", machine.cpu);
  add("cores",
      fmt::format("{}{}", machine.cores > 0 ? std::to_string(machine.cores) : "-",
                  machine.virtual_machine.value_or(false) ? ", of a virtual machine" : ""));
  add("memory", for_people(cell(machine.memory_total_bytes), {"bytes", 0}));
  for (const auto& gpu : machine.gpus)
    add("GPU", gpu.memory_bytes ? fmt::format("{}, {}", gpu.name, format_bytes(*gpu.memory_bytes))
                                : gpu.name);
  add("kernel", machine.kernel.empty() ? "-" : machine.kernel);
  add("power mode", machine.power_mode.value_or("-"));
  add("frequency governor", machine.governor.value_or("-"));
  if (machine.board) add_clocks(machine, rows);
  return section;
}

Section config_section(const Record& record) {
  Section section{"Configuration", {{{"option", Align::left}, {"value", Align::left}}, {}}, {}};
  for (const auto& [option, value] : record.run.config)
    section.table.rows.push_back({option, value});
  return section;
}

Section backends_section(const Record& record) {
  Section section{
      "Backends",
      {{{"backend", Align::left}, {"version", Align::left}, {"state", Align::left}}, {}},
      {}};
  for (const auto& backend : record.backends)
    section.table.rows.push_back({backend.name, backend.version.empty() ? "-" : backend.version,
                                  backend.available ? "available" : backend.reason});
  return section;
}

Section channels_section(const Record& record) {
  Section section{"Telemetry",
                  {{{"channel", Align::left},
                    {"unit", Align::left},
                    {"n"},
                    {"mean"},
                    {"min"},
                    {"max"},
                    {"p95"}},
                   {}},
                  {}};
  for (const auto& channel : record.telemetry_channels) {
    const auto unit = channel.unit;
    section.table.rows.push_back({channel.name, std::string(symbol(unit)),
                                  std::to_string(channel.n), reading(channel.mean, unit),
                                  reading(channel.min, unit), reading(channel.max, unit),
                                  reading(channel.p95, unit)});
  }
  return section;
}

Section sensors_section(const Record& record) {
  Section section{
      "Sensors",
      {{{"sensor", Align::left}, {"state", Align::left}, {"cost, ms"}, {"reason", Align::left}},
       {}},
      {}};
  for (const auto& source : record.telemetry_sources)
    section.table.rows.push_back(
        {source.name, source.status,
         source.status == "ok" ? fmt::format("{:.2f}", source.cost_seconds * kMilli) : "",
         source.reason});
  return section;
}

}  // namespace jetmeter
