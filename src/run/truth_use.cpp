#include "run/truth_use.h"

#include <fmt/format.h>

#include <algorithm>

namespace jetmeter {
namespace {

Warning unmatched(const TruthUse& use, const GroundTruth& truth, const std::string& slot) {
  const auto example =
      truth.images.empty() ? "" : fmt::format(" ({})", in_quotes(truth.images.begin()->first));
  return {
      "ground_truth_unmatched",
      fmt::format("none of the {} labelled pictures{} is among the {} frames ({})",
                  truth.images.size(), example, use.unlabelled, in_quotes(use.first_unlabelled)),
      "accuracy is absent; labels belong to the frame of the same name, extensions aside", slot};
}

}  // namespace

bool unlabelled_is_background(const GroundTruth& truth, const SourceInfo& source) {
  return truth.format == "yolo" && source.kind == "image_dir" &&
         std::ranges::any_of(source.names, [&](const auto& name) { return truth.find(name); });
}

std::optional<Warning> truth_warning(const TruthUse& use, const GroundTruth& truth,
                                     const std::string& slot) {
  if (use.unlabelled == 0) return std::nullopt;
  if (use.labelled == 0 && !use.background) return unmatched(use, truth, slot);
  const auto which = fmt::format("{} of {} frames, first {},", use.unlabelled,
                                 use.labelled + use.unlabelled, in_quotes(use.first_unlabelled));
  if (use.background)
    return Warning{"unlabelled_frames",
                   which + " have no label file and count as pictures without objects",
                   "an empty label file says that there is nothing to find", slot};
  return Warning{"unlabelled_frames",
                 which + " are not in the ground truth and are left out of the accuracy", "", slot};
}

}  // namespace jetmeter
