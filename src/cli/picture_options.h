// How pictures become a model's input, for commands that feed pictures to a model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/subcommand.h"
#include "jetmeter/pipeline.h"

namespace jetmeter {

struct PictureOptions {
  std::string head = "auto", fit, channels, scale;
  std::vector<float> mean, stdev;
  int image_size = 640;
};
void add_picture_options(CLI::App&, PictureOptions&);
Result<PipelineOptions> pipeline_options(const PictureOptions&);

// "1/255", "0.5"; positive.
Result<float> parse_fraction(std::string_view option, const std::string& text);

}  // namespace jetmeter
