#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "report/cell.h"
#include "report/sections.h"

namespace jetmeter {
namespace {

std::string bytes(const std::optional<std::uint64_t>& value) {
  return value ? format_bytes(*value) : "";
}

std::string signed_bytes(std::int64_t value) {
  const auto size = format_bytes(static_cast<std::uint64_t>(value < 0 ? -value : value));
  return value < 0 ? fmt::format("{} too much", size) : fmt::format("{} left", size);
}

std::string within(const MemoryRecord& memory) {
  if (!memory.within_limit) return "";
  return *memory.within_limit ? "yes" : "no";
}

std::string forecast_of(const MemoryRecord& memory) {
  if (!memory.forecast) return "";
  const auto& forecast = *memory.forecast;
  auto text = forecast.peak_bytes ? format_bytes(*forecast.peak_bytes) : forecast.verdict;
  if (forecast.error_percent) text += fmt::format(" ({:+.1f} %)", *forecast.error_percent);
  return text;
}

std::string in_phase(const ViolationRecord& violation) {
  return fmt::format("{} in phase {}", format_utc(violation.began), violation.phase);
}

std::string refusal_in_words(const ViolationRecord& violation, const MemoryRecord& memory) {
  const auto amount = violation.asked_bytes
                          ? fmt::format("an allocation of {}", format_bytes(*violation.asked_bytes))
                          : std::string("an allocation, of unknown size,");
  return fmt::format("{} was refused at {} by {}", amount, in_phase(violation), memory.mechanism);
}

std::string kill_in_words(const ViolationRecord& violation, const MemoryRecord& memory) {
  auto text = fmt::format("the kernel killed the worker at {}, at its limit", in_phase(violation));
  if (memory.charged_peak_bytes)
    text += fmt::format("; {} were charged to its group at most",
                        format_bytes(*memory.charged_peak_bytes));
  return text;
}

std::string excess_in_words(const ViolationRecord& violation) {
  const auto over = fmt::format("over the limit by {}", bytes(violation.over_bytes));
  if (violation.kind == ViolationKind::high_water_mark)
    return fmt::format("{} after {}, which took {:.1f} s, between two readings", over,
                       in_phase(violation), violation.seconds);
  return fmt::format(
      "{} at {}, {}", over, in_phase(violation),
      violation.seconds > 0 ? fmt::format("for {:.1f} s", violation.seconds) : "in one reading");
}

Sentence violation_in_words(const SlotRecord& slot, const ViolationRecord& violation) {
  const auto text =
      violation.kind == ViolationKind::refused  ? refusal_in_words(violation, slot.memory)
      : violation.kind == ViolationKind::killed ? kill_in_words(violation, slot.memory)
                                                : excess_in_words(violation);
  return {fmt::format("{}: {}.", slot.name, text)};
}

// A peak above a hard limit: the two are not of the same quantity.
bool peak_is_of_another_quantity(const MemoryRecord& memory) {
  return memory.enforcement == "hard" && memory.peak_bytes && memory.limit_bytes &&
         *memory.peak_bytes > *memory.limit_bytes;
}

Sentence quantities_in_words(const SlotRecord& slot) {
  const auto& memory = slot.memory;
  const auto charged = memory.charged_peak_bytes
                           ? fmt::format(" ({} at most)", format_bytes(*memory.charged_peak_bytes))
                           : std::string();
  return {fmt::format(
      "{}: {} holds what it counts{} against the limit; the peak is of the footprint, which also "
      "has pages that this leaves out, of files above all.",
      slot.name, memory.mechanism, charged)};
}

void add_sentences(Section& section, const SlotRecord& slot, Detail detail) {
  const auto& memory = slot.memory;
  if (memory.limit_bytes && memory.enforcement == "unavailable")
    section.sentences.push_back(
        {fmt::format("{}: nobody enforced the limit: {}.", slot.name, memory.mechanism)});
  for (const auto& violation : memory.violations)
    section.sentences.push_back(violation_in_words(slot, violation));
  if (peak_is_of_another_quantity(memory)) section.sentences.push_back(quantities_in_words(slot));
  if (!memory.forecast) return;
  const auto& forecast = *memory.forecast;
  if (detail == Detail::brief && forecast.verdict == "fits") return;
  auto text = fmt::format("{}, before the load: {}", slot.name, forecast.verdict);
  if (!forecast.reason.empty()) text += ": " + forecast.reason;
  if (forecast.margin_bytes) text += fmt::format(" ({})", signed_bytes(*forecast.margin_bytes));
  section.sentences.push_back({text + "."});
  if (detail == Detail::full && !forecast.rests_on.empty())
    section.sentences.push_back({fmt::format("{}: the forecast rests on {}.", slot.name,
                                             fmt::join(forecast.rests_on, "; "))});
}

}  // namespace

Section memory_section(const Record& record, Detail detail) {
  Section section{"Memory safety",
                  {{{"slot", Align::left},
                    {"limit"},
                    {"enforced", Align::left},
                    {"by", Align::left},
                    {"peak"},
                    {"mean"},
                    {"within", Align::left},
                    {"violations"},
                    {"forecast"}},
                   {}},
                  {}};
  std::vector<const SlotRecord*> slots;
  for (const auto& slot : record.slots)
    if (slot.memory.peak_bytes || slot.memory.limit_bytes || slot.memory.forecast)
      slots.push_back(&slot);
  std::ranges::stable_sort(slots, [](const auto* a, const auto* b) {
    return a->memory.peak_bytes > b->memory.peak_bytes;
  });
  for (const auto* slot : slots) {
    const auto& memory = slot->memory;
    const bool limited = memory.limit_bytes.has_value();
    section.table.rows.push_back(
        {slot->name, bytes(memory.limit_bytes), limited ? memory.enforcement : "",
         memory.enforcement == "unavailable" ? "" : memory.mechanism, bytes(memory.peak_bytes),
         bytes(memory.mean_bytes), within(memory),
         limited ? std::to_string(memory.violations.size()) : "", forecast_of(memory)});
    add_sentences(section, *slot, detail);
  }
  if (!slots.empty() && detail == Detail::full)
    section.sentences.push_back(
        {"Peak and mean are of the worker's footprint: its proportional set size and the GPU "
         "memory that this does not hold. Slots that share a worker share its footprint."});
  return section;
}

Section energy_section(const Record& record) {
  Section section{"Energy",
                  {{{"slot", Align::left},
                    {"rail", Align::left},
                    {"J per frame"},
                    {"above idle"},
                    {"mean, W"},
                    {"idle, W"},
                    {"time covered"}},
                   {}},
                  {}};
  const auto number = [](std::optional<double> value) {
    if (value && std::abs(*value) < 0.0005) value = 0.0;  // not "-0.000"
    return for_people(cell(value), Notation{"", 3});
  };
  int measured = 0;
  for (const auto& slot : record.slots) {
    if (!slot.energy) continue;
    const auto& energy = *slot.energy;
    ++measured;
    section.table.rows.push_back({slot.name, energy.rail, number(energy.joules_per_frame),
                                  number(energy.joules_per_frame_above_idle),
                                  number(energy.mean_watts), number(energy.idle_watts),
                                  fmt::format("{:.0f} %", 100 * energy.coverage)});
  }
  if (measured > 1)
    section.sentences.push_back(
        {"The slots ran at the same time: each row is the energy of all that its rail feeds, not a "
         "share."});
  return section;
}

}  // namespace jetmeter
