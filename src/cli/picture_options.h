// How pictures become a model's input, for commands that feed pictures to a model.
#pragma once

#include <string>
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

}  // namespace jetmeter
