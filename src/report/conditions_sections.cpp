#include <fmt/format.h>

#include "report/cell.h"
#include "report/sections.h"

namespace jetmeter {
namespace {

constexpr Notation kMilliseconds{"", 2}, kSeconds{"", 1};

std::string touched(const DisturbanceRecord& disturbance) {
  if (!disturbance.frames_touched) return "not known";
  return fmt::format("{} of {}", *disturbance.frames_touched, disturbance.frames);
}

}  // namespace

// The facts themselves are among the warnings.
Section disturbances_section(const Record& record) {
  Section section{"Disturbances",
                  {{{"slot", Align::left},
                    {"disturbance", Align::left},
                    {"frames touched"},
                    {"time, s"},
                    {"their p50, ms"},
                    {"the others', ms"}},
                   {}},
                  {}};
  for (const auto& each : record.run.disturbances)
    section.table.rows.push_back({each.slot, each.code, touched(each),
                                  for_people(cell(each.seconds), kSeconds),
                                  for_people(cell(each.p50_touched_ms), kMilliseconds),
                                  for_people(cell(each.p50_untouched_ms), kMilliseconds)});
  return section;
}

Section thermal_section(const Record& record) {
  Section section{"Thermal state"};
  for (const auto& slot : record.slots) {
    if (!slot.thermal) continue;
    const auto& thermal = *slot.thermal;
    auto text = fmt::format("{}: {}: {}", slot.name, name(thermal.verdict), thermal.reason);
    if (thermal.ratio)
      text +=
          fmt::format("; p50 {:.2f} ms in the first minute, {:.2f} ms in the last ({:.2f}x)",
                      *thermal.first_minute_p50_ms, *thermal.last_minute_p50_ms, *thermal.ratio);
    section.sentences.push_back({std::move(text)});
  }
  return section;
}

}  // namespace jetmeter
