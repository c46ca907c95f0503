#include "compare/slots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace jetmeter {

std::vector<const SlotRecord*> measured_slots(const Record& record) {
  std::vector<const SlotRecord*> out;
  for (const auto& slot : record.slots)
    if (slot.frames > 0) out.push_back(&slot);
  return out;
}

std::string names_of(const std::vector<const SlotRecord*>& slots) {
  std::string text;
  for (const auto* slot : slots) text += (text.empty() ? "" : ", ") + slot->name;
  return text;
}

std::vector<SlotPair> slots_in_common(const Record& a, const Record& b) {
  const auto of_a = measured_slots(a), of_b = measured_slots(b);
  std::vector<SlotPair> pairs;
  if (of_a.size() == 1 && of_b.size() == 1) {
    const auto &x = of_a.front()->name, &y = of_b.front()->name;
    return {{of_a.front(), of_b.front(), x == y ? x : x + " / " + y}};
  }
  for (const auto* slot : of_a) {
    const auto same =
        std::ranges::find(of_b, slot->name, [](const SlotRecord* s) { return s->name; });
    if (same != of_b.end()) pairs.push_back({slot, *same, slot->name});
  }
  return pairs;
}

const SlotSamples* samples_of_slot(const ComparedRun& run, const std::string& slot) {
  const auto found = run.samples.find(slot);
  return found == run.samples.end() ? nullptr : &found->second;
}

bool same_frames(const ComparedRun& a, const ComparedRun& b, const SlotPair& slots) {
  const auto &source_a = slots.a->source, &source_b = slots.b->source;
  if (!source_a || !source_b || source_a->kind == "camera") return false;
  if (source_a->kind != source_b->kind || source_a->location != source_b->location) return false;
  const auto* samples_a = samples_of_slot(a, slots.a->name);
  const auto* samples_b = samples_of_slot(b, slots.b->name);
  if (!samples_a || !samples_b) return false;
  const auto indices_a = samples_a->find("index"), indices_b = samples_b->find("index");
  if (indices_a == samples_a->end() || indices_b == samples_b->end()) return false;
  return std::ranges::equal(indices_a->second, indices_b->second);  // not a number is no match
}

std::optional<std::string> disturbance_of(const ComparedRun& run, const SlotRecord& slot) {
  constexpr double kMuch = 0.1;
  for (const auto& disturbance : run.record.run.disturbances) {
    if (disturbance.slot != slot.name || !disturbance.frames_touched || disturbance.frames <= 0)
      continue;
    const double share =
        static_cast<double>(*disturbance.frames_touched) / static_cast<double>(disturbance.frames);
    if (share >= kMuch)
      return fmt::format("{} touched {:.0f} % of its frames", disturbance.code, 100 * share);
  }
  return std::nullopt;
}

}  // namespace jetmeter
