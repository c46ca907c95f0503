// What `model verify` found, as text and as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "jetmeter/accuracy.h"
#include "jetmeter/verify.h"

namespace jetmeter {

struct VerifySideReport {
  std::string model, backend, version, device, precision;
};
struct TaskAccuracy {
  Accuracy a, b;
  float confidence = 0, iou = 0;  // of the detections that were judged
};
struct VerifyReport {
  VerifySideReport a, b;
  std::string inputs;  // "4 random inputs, seed 1"
  std::size_t runs = 0;
  VerifyLimits limits;
  std::vector<VerifiedOutput> outputs;
  std::vector<std::string> notes;
  std::optional<Parting> parting;
  std::optional<TaskAccuracy> accuracy;
  std::optional<double> max_map_loss;
  bool passed() const;
};
// What the task lost beyond the limit: "mAP50 0.31 is 0.02 below A's". Absent: nothing, or there is
// no limit. A limit that nothing can be held against is passed by nobody.
std::optional<std::string> beyond_map_loss(const VerifyReport&);
std::string verify_text(const VerifyReport&);
std::string verify_json(const VerifyReport&);

}  // namespace jetmeter
