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

}  // namespace

Section machine_section(const Record& record) {
  const auto& machine = record.machine;
  Section section{"Machine", facts(), {}};
  auto& rows = section.table.rows;
  const auto add = [&](std::string title, std::string value) {
    rows.push_back({std::move(title), std::move(value)});
  };
  if (machine.board) {
    add("board", machine.board->model);
    add("L4T", machine.board->l4t.value_or("-"));
    add("JetPack", machine.board->jetpack.value_or("-"));
  }
  add("memory architecture", std::string(name(machine.memory_architecture)));
  add("processor", machine.cpu);
  add("cores", std::to_string(machine.cores));
  add("memory", for_people(cell(machine.memory_total_bytes), {"bytes", 0}));
  for (const auto& gpu : machine.gpus)
    add("GPU", gpu.memory_bytes ? fmt::format("{}, {}", gpu.name, format_bytes(*gpu.memory_bytes))
                                : gpu.name);
  add("kernel", machine.kernel.empty() ? "-" : machine.kernel);
  add("power mode", machine.power_mode.value_or("-"));
  add("frequency governor", machine.governor.value_or("-"));
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
