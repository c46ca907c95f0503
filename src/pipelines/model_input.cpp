#include "pipelines/model_input.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipelines/names.h"

namespace jetmeter {
namespace {

constexpr std::int64_t kLargestExtent = 16384;
constexpr std::int64_t kChannels = 3;

std::string describe(const TensorSpec& input) {
  return fmt::format("input {} is {} {}", input.name, format_shape(input.shape), name(input.type));
}

bool is_open(std::int64_t extent) {
  return extent <= 0;
}
bool is_open_or(std::int64_t extent, std::int64_t wanted) {
  return is_open(extent) || extent == wanted;
}

Result<void> check(const ModelInfo& info) {
  if (info.inputs.size() != 1)
    return fail(
        fmt::format("the model has {} inputs; a detector has one, 1x3xHxW", info.inputs.size()));
  const auto& input = info.inputs.front();
  if (input.type != ElementType::float32 && input.type != ElementType::float16)
    return fail(describe(input) + "; frames are written as float32 or float16");
  if (input.shape.size() != 4)
    return fail(describe(input) + "; a detector's input has four axes, 1x3xHxW");
  if (input.shape[3] == kChannels && !is_open_or(input.shape[1], kChannels))
    return fail(describe(input) + ", channels last; export the model with channels first, 1x3xHxW");
  if (!is_open_or(input.shape[1], kChannels))
    return fail(describe(input) + "; frames have 3 channels: 1x3xHxW");
  if (!is_open_or(input.shape[0], 1))
    return fail(describe(input) + "; frames come one at a time: export the model with batch 1");
  return {};
}

Size wanted_size(const ModelInfo& info, const PipelineOptions& options) {
  if (options.image_size) return {*options.image_size, *options.image_size};
  const auto entry = info.metadata.find("imgsz");
  if (entry != info.metadata.end())
    if (const auto size = parse_image_size(entry->second)) return *size;
  return {kDefaultImageSize, kDefaultImageSize};
}

// A size that somebody asked for and that the file does not leave open is not passed over.
Result<void> check_fixed_size(const TensorSpec& input, const PipelineOptions& options) {
  const auto height = input.shape[2], width = input.shape[3];
  if (!options.image_size || is_open(height) || is_open(width)) return {};
  if (std::max(height, width) == *options.image_size) return {};
  return fail(fmt::format(
      "an image size of {0} was asked for, but {1}: its {2}x{3} pixels are fixed; leave "
      "--imgsz out, or export the model with open axes or at {0}",
      *options.image_size, describe(input), height, width));
}

}  // namespace

Result<Shape> input_shape(const ModelInfo& info, const PipelineOptions& options) {
  if (auto good = check(info); !good) return tl::make_unexpected(good.error());
  const auto& declared = info.inputs.front();
  if (auto good = check_fixed_size(declared, options); !good)
    return tl::make_unexpected(good.error());
  const auto wanted = wanted_size(info, options);
  Shape shape{1, kChannels, declared.shape[2], declared.shape[3]};
  if (is_open(shape[2])) shape[2] = wanted.height;
  if (is_open(shape[3])) shape[3] = wanted.width;
  for (const auto extent : {shape[2], shape[3]})
    if (extent < 1 || extent > kLargestExtent)
      return fail(fmt::format("an image size of {} does not fit input {}: choose 1 to {} pixels",
                              extent, declared.name, kLargestExtent));
  return shape;
}

}  // namespace jetmeter
