#include "report/sections.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "report/sentences.h"

namespace jetmeter {

Section warnings_section(const Record& record) {
  Section section{"Warnings"};
  for (const auto& warning : record.run.warnings)
    section.sentences.push_back({warning.slot.empty()
                                     ? warning.message
                                     : fmt::format("{}: {}", warning.slot, warning.message),
                                 warning.advice});
  return section;
}

namespace {

// On a terminal those that this machine does not have are a list of names.
void add_sensors(Section& section, const Record& record, Detail detail) {
  std::vector<std::string> absent;
  for (const auto& source : record.telemetry_sources) {
    if (source.status == "ok") continue;
    if (detail == Detail::brief && source.status == "absent")
      absent.push_back(source.name);
    else
      section.sentences.push_back({fmt::format("{}: {}", source.name, source.reason)});
  }
  if (!absent.empty())
    section.sentences.push_back(
        {fmt::format("sensors that this machine does not have, or does not show: {}",
                     fmt::join(absent, ", ")),
         "jetmeter list says why"});
}

bool truth_was_of_no_use(const Record& record, const std::string& slot) {
  return std::ranges::any_of(record.run.warnings, [&](const Warning& warning) {
    return warning.slot == slot &&
           (warning.code == "ground_truth" || warning.code == "ground_truth_unmatched");
  });
}

// There may be sensors that measure something else, such as a GPU beside a slot on the CPU.
std::string no_energy(const Record& record, const SlotRecord& slot) {
  const bool any =
      std::ranges::any_of(record.slots, [](const SlotRecord& s) { return s.energy.has_value(); }) ||
      std::ranges::any_of(record.telemetry_channels,
                          [](const ChannelRecord& c) { return c.unit == Unit::watt; });
  return fmt::format("{}: energy: {}", slot.name,
                     any ? "no power sensor told what it took" : "no power sensor");
}

}  // namespace

Section unmeasured_section(const Record& record, Detail detail) {
  Section section{"What could not be measured"};
  const auto say = [&](std::string text) { section.sentences.push_back({std::move(text)}); };
  for (auto& text : unsupported_percentiles(record)) say(std::move(text));
  for (const auto& slot : record.slots) {
    if (slot.frames == 0)
      say(fmt::format("{}: no frame was measured", slot.name));
    else if (!slot.accuracy && !slot.load)
      say(fmt::format("{}: accuracy, {}", slot.name,
                      truth_was_of_no_use(record, slot.name)
                          ? "since the ground truth does not fit; see the warnings"
                          : "for want of ground truth"));
    if (slot.frames > 0 && !slot.energy) say(no_energy(record, slot));
  }
  add_sensors(section, record, detail);
  return section;
}

std::vector<Section> sections(const Record& record, Detail detail) {
  std::vector<Section> all;
  const auto add = [&](Section section) {
    if (!section.table.rows.empty() || !section.sentences.empty())
      all.push_back(std::move(section));
  };
  const bool full = detail == Detail::full;
  if (!record.slots.empty()) add(slots_section(record, detail));
  add(stages_section(record));
  add(layers_section(record, detail));
  add(detections_section(record, detail));
  if (full) add(accuracy_section(record));
  add(pairs_section(record));
  add(load_section(record));
  add(statistics_section(record, detail));
  add(search_section(record));
  add(ladder_section(record));
  add(memory_section(record, detail));
  add(energy_section(record));
  add(thermal_section(record));
  add(disturbances_section(record));
  add(warnings_section(record));
  add(unmeasured_section(record, detail));
  if (!full) return all;
  add(models_section(record));
  add(phases_section(record));
  add(channels_section(record));
  add(sensors_section(record));
  add(machine_section(record));
  add(backends_section(record));
  add(config_section(record));
  return all;
}

}  // namespace jetmeter
