#include "pipelines/labels.h"

#include <utility>

#include "jetmeter/detection.h"
#include "pipelines/names.h"

namespace jetmeter {

Labels known_labels(const ModelInfo& info, const PipelineOptions& options) {
  if (!options.labels.empty()) return {options.labels, "file"};
  const auto entry = info.metadata.find("names");
  if (entry == info.metadata.end()) return {};
  auto names = parse_names(entry->second);
  return names ? Labels{std::move(*names), "model metadata"} : Labels{};
}

Labels or_coco(Labels labels, int classes) {
  if (!labels.names.empty() || classes != static_cast<int>(kCocoLabels.size())) return labels;
  return {{kCocoLabels.begin(), kCocoLabels.end()}, "coco"};
}

}  // namespace jetmeter
