#include "cli/picture_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "cli/number_checks.h"

namespace jetmeter {
namespace {

std::vector<std::string> names_of_heads() {
  std::vector<std::string> names{"auto"};
  for (const auto* head : heads()) names.emplace_back(head->name);
  return names;
}

}  // namespace

Result<float> parse_fraction(std::string_view option, const std::string& text) {
  float numerator = 0, denominator = 1;
  char slash = 0;
  std::istringstream in(text);
  in >> numerator;
  if (in && in >> slash) in >> denominator;
  const bool number = slash == 0 || (slash == '/' && !in.fail());
  const bool whole = number && in.eof();  // "1/255abc" is no number
  if (whole && numerator > 0 && denominator > 0) return numerator / denominator;
  return fail(fmt::format("{} {} is not a positive number or a fraction like 1/255", option,
                          in_quotes(text)));
}

void add_picture_options(CLI::App& app, PictureOptions& o) {
  const char* group = "Pictures";
  app.add_option("--head", o.head, "layout of a detector's outputs, from which the rest follows")
      ->group(group)
      ->check(CLI::IsMember(names_of_heads()))
      ->capture_default_str();
  app.add_option("--imgsz,--image-size", o.image_size,
                 "input size, where the model leaves it open; default: its metadata's, else 640")
      ->group(group)
      ->check(CLI::Range(32, 8192));
  app.add_option("--fit", o.fit, "letterbox, letterbox-top-left or stretch; default: the head's")
      ->group(group)
      ->check(CLI::IsMember({"letterbox", "letterbox-top-left", "stretch"}));
  app.add_option("--channels", o.channels, "rgb or bgr; default: the head's")
      ->group(group)
      ->check(CLI::IsMember({"rgb", "bgr"}));
  app.add_option("--scale", o.scale, "tensor = (pixel * scale - mean) / std; e.g. 1/255")
      ->group(group);
  app.add_option("--mean", o.mean, "three numbers, in the tensor's channel order")
      ->group(group)
      ->delimiter(',')
      ->expected(3)
      ->check(finite());
  app.add_option("--std", o.stdev, "three numbers")->group(group)->delimiter(',')->expected(3);
}

Result<PipelineOptions> pipeline_options(const PictureOptions& o) {
  PipelineOptions pipeline;
  pipeline.head = o.head;
  pipeline.image_size = o.image_size;
  if (o.fit == "letterbox") pipeline.fit = Fit::letterbox;
  if (o.fit == "letterbox-top-left") pipeline.fit = Fit::letterbox_top_left;
  if (o.fit == "stretch") pipeline.fit = Fit::stretch;
  if (o.channels == "rgb") pipeline.channels = Channels::rgb;
  if (o.channels == "bgr") pipeline.channels = Channels::bgr;
  if (!o.scale.empty()) {
    const auto scale = parse_fraction("--scale", o.scale);
    if (!scale) return tl::make_unexpected(scale.error());
    pipeline.scale = *scale;
  }
  if (o.mean.size() == 3) pipeline.mean = {o.mean[0], o.mean[1], o.mean[2]};
  if (o.stdev.size() == 3) pipeline.stdev = {o.stdev[0], o.stdev[1], o.stdev[2]};
  if (std::ranges::any_of(o.stdev, [](float v) { return !(v > 0); }))
    return fail("--std must be three positive numbers");
  return pipeline;
}

}  // namespace jetmeter
