// Which slots of two runs belong together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "jetmeter/compare.h"

namespace jetmeter {

// Measured at least one frame.
std::vector<const SlotRecord*> measured_slots(const Record&);
std::string names_of(const std::vector<const SlotRecord*>&);  // "rgb, thermal"

struct SlotPair {
  const SlotRecord *a = nullptr, *b = nullptr;
  std::string name;  // "rgb", or "yolov8n / yolox" where the only slots have two names
};
// By name; where each run measured one slot, these two.
std::vector<SlotPair> slots_in_common(const Record& a, const Record& b);

// Null: no samples.
const SlotSamples* samples_of_slot(const ComparedRun&, const std::string& slot);

// Whether the same frames were measured in the same order, so that they can be compared one by one.
bool same_frames(const ComparedRun& a, const ComparedRun& b, const SlotPair&);

// What outside touched a tenth or more of the slot's frames: "other_cpu_load touched 93 % of its
// frames". Absent: nothing, as far as sensors tell.
std::optional<std::string> disturbance_of(const ComparedRun&, const SlotRecord&);

}  // namespace jetmeter
