// How pictures become a model's input, for commands that feed pictures to a model.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/subcommand.h"
#include "jetmeter/pipeline.h"

namespace jetmeter {

struct PictureOptions {
  std::string head = "auto", fit, channels, scale;
  std::vector<float> mean, stdev;
  std::optional<int> image_size;
};
void add_picture_options(CLI::App&, PictureOptions&);
Result<PipelineOptions> pipeline_options(const PictureOptions&);

// "1/255", "0.5"; positive.
Result<float> parse_fraction(std::string_view option, const std::string& text);

}  // namespace jetmeter
