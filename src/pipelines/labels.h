// What the classes are called, and who says so.
#pragma once

#include <string>
#include <vector>

#include "jetmeter/pipeline.h"

namespace jetmeter {

struct Labels {
  std::vector<std::string> names;  // empty: nobody says
  std::string from;                // as PipelineInfo::labels_from
};

// The names that were given, else those of the metadata.
Labels known_labels(const ModelInfo&, const PipelineOptions&);
// COCO's, where nobody gives names and there are 80 classes.
Labels or_coco(Labels, int classes);

}  // namespace jetmeter
