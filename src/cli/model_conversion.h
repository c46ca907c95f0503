// The passes of `model convert`, one after the other.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/model_samples.h"
#include "jetmeter/convert.h"

namespace jetmeter {

struct ConversionPlan {
  ShapeHints hints;                         // axes to fix; may be empty
  std::optional<EmbeddedPreprocess> embed;  // absent: the input stays what it is
  bool fold = false;
  std::optional<ElementType> precision;  // absent: as it is
  bool convert_io = false;
  std::vector<std::string> keep;
  std::string data;  // empty: activations are not looked at
  std::size_t most_samples = 16;
  PixelOptions pixels;  // of data
};

struct ConversionResult {
  ModelGraph model;
  std::vector<RewriteReport> passes;
  std::optional<PrecisionReport> precision;
  std::size_t samples = 0;  // that activations were looked at on
  std::vector<std::string> notes;
};

// `tell` hears what goes on.
Result<ConversionResult> convert_model(ModelGraph, const ConversionPlan&,
                                       const std::function<void(std::string_view)>& tell);

}  // namespace jetmeter
