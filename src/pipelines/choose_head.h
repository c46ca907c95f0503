// Which head reads a model's outputs.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "jetmeter/core.h"
#include "jetmeter/pipeline.h"
#include "pipelines/labels.h"

namespace jetmeter {

struct ChosenHead {
  const Head* head = nullptr;
  std::unique_ptr<HeadDecoder> decoder;
  std::string why;
};

// `name` is a head's or "auto". A head that counts another number of classes than there are
// labels does not fit; of several that fit, one that counts COCO's 80 is preferred.
// A named head that counts other than 80 is refused while no labels are known and another head
// counts 80 in the same outputs.
Result<ChosenHead> choose_head(std::string_view name, const HeadInput&, const Labels&);

}  // namespace jetmeter
