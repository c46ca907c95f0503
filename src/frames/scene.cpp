#include "frames/scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "frames/random.h"
#include "frames/stream_time.h"

namespace jetmeter {
namespace {

constexpr std::string_view kSyntax = "[rgb|thermal][:WIDTHxHEIGHT][@FPS][#SEED][:FRAMES]";
constexpr int kMinSide = 64, kMaxSide = 8192;
constexpr int kNoisePlay = 64;  // by so many pixels the noise can be shifted against the frame

// In units, see SceneStyle. Objects of one class keep so far apart that a detector may look
// 50 units around the middle of one without seeing the next.
constexpr float kMargin = 8, kLaneGap = 20, kGapSame = 54, kGapOther = 18, kSpeed = 26;

template <typename T>
std::optional<T> whole_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool read_size(std::string_view text, SceneOptions& options) {
  const auto cross = text.find('x');
  const auto width = whole_number<int>(text.substr(0, cross));
  const auto height = whole_number<int>(text.substr(cross + 1));
  if (!width || !height || std::min(*width, *height) < kMinSide ||
      std::max(*width, *height) > kMaxSide) {
    return false;
  }
  options.width = *width;
  options.height = *height;
  return true;
}

// One of ":640x480", ":300", "@30", "#7".
bool read_part(std::string_view part, SceneOptions& options) {
  const std::string_view text = part.substr(1);
  if (part[0] == '@') {
    const auto fps = whole_number<double>(text);
    if (!fps || !(*fps > 0) || *fps > 1000) return false;
    options.fps = *fps;
    return true;
  }
  if (part[0] == '#') {
    const auto seed = whole_number<std::uint64_t>(text);
    if (seed) options.seed = *seed;
    return seed.has_value();
  }
  if (text.find('x') != std::string_view::npos) return read_size(text, options);
  const auto frames = whole_number<std::int64_t>(text);
  if (!frames || *frames <= 0) return false;
  options.frames = frames;
  return true;
}

std::vector<Road> make_roads(const SceneOptions& options, float unit) {
  Random random(options.seed);
  const auto width = static_cast<float>(options.width);
  const auto height = static_cast<float>(options.height);
  const auto casts = options.style->cast(random);
  const auto count = static_cast<float>(casts.size());
  float top = std::max(kMargin * unit, options.style->stage_top * height);
  const float band = (height - top - (kMargin + (count - 1) * kLaneGap) * unit) / count;
  std::vector<Road> roads;
  for (const auto& cast : casts) {
    RoadPlan plan{.actors = cast,
                  .left = kMargin * unit,
                  .right = width - kMargin * unit,
                  .top = top,
                  .bottom = top + band,
                  .gap_same = kGapSame * unit,
                  .gap_other = kGapOther * unit,
                  .speed = kSpeed * unit};
    for (Actor& actor : plan.actors) {
      actor.width *= unit;
      actor.height *= unit;
    }
    roads.emplace_back(std::move(plan), random);
    top += band + kLaneGap * unit;
  }
  return roads;
}

}  // namespace

std::span<const SceneStyle* const> scene_styles() {
  static constexpr std::array table{&rgb_scene, &thermal_scene};
  return table;
}

Result<SceneOptions> parse_scene(const std::string& location) {
  const std::string_view text = location;
  const auto name_end = std::min(text.find_first_of(":@#"), text.size());
  const std::string_view name = text.substr(0, name_end);
  SceneOptions options;
  if (name.empty()) options.style = scene_styles().front();
  for (const SceneStyle* style : scene_styles()) {
    if (style->name == name) options.style = style;
  }
  if (options.style == nullptr) {
    return fail(fmt::format("there is no generated scene {}; the scenes are rgb and thermal",
                            in_quotes(name)));
  }
  options.width = options.style->width;
  options.height = options.style->height;
  options.fps = options.style->fps;
  for (auto begin = name_end; begin < text.size();) {
    const auto end = std::min(text.find_first_of(":@#", begin + 1), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    if (!read_part(part, options)) {
      return fail(
          fmt::format("{} in scene {} cannot be used; a scene is {}, sides of {} to {} "
                      "pixels, at most 1000 frames per second",
                      in_quotes(part), in_quotes(text), kSyntax, kMinSide, kMaxSide));
    }
    begin = end;
  }
  return options;
}

Scene::Scene(const SceneOptions& options)
    : options_(options),
      unit_(std::min(static_cast<float>(options.width) / 320,
                     static_cast<float>(options.height) / options.style->units_high)),
      roads_(make_roads(options, unit_)) {
  background_.width = options.width;
  background_.height = options.height;
  background_.pixels.resize(static_cast<std::size_t>(options.width) *
                            static_cast<std::size_t>(options.height) * 3);
  options.style->paint_background(background_, unit_, static_cast<std::uint32_t>(options.seed));

  brighter_.create(options.height + kNoisePlay, options.width + kNoisePlay, CV_8UC3);
  darker_.create(brighter_.size(), CV_8UC3);
  Random random(options.seed ^ 0x6E6F697365U);
  for (int y = 0; y < brighter_.rows; ++y) {
    auto* up = brighter_.ptr<std::uint8_t>(y);
    auto* down = darker_.ptr<std::uint8_t>(y);
    for (int i = 0; i < brighter_.cols * 3; ++i) {
      const bool repeat = options.style->grey && i % 3 != 0;
      const float value = repeat ? 0 : std::round(options.style->noise * random.normal());
      up[i] = repeat ? up[i - 1] : static_cast<std::uint8_t>(std::clamp(value, 0.0F, 255.0F));
      down[i] = repeat ? down[i - 1] : static_cast<std::uint8_t>(std::clamp(-value, 0.0F, 255.0F));
    }
  }
}

void Scene::draw(std::int64_t index, Frame& frame) const {
  frame.width = options_.width;
  frame.height = options_.height;
  frame.pixels = background_.pixels;
  frame.truth.clear();
  const double seconds = static_cast<double>(index) / options_.fps;
  for (const Road& road : roads_) road.place(seconds, frame.truth);
  for (const Truth& object : frame.truth) options_.style->paint_under(frame, object, unit_);
  for (const Truth& object : frame.truth) options_.style->paint_object(frame, object, unit_);
  add_noise(index, frame);
}

void Scene::add_noise(std::int64_t index, Frame& frame) const {
  Random random(options_.seed * 0x9E3779B9U + static_cast<std::uint64_t>(index));
  const cv::Rect window(random.below(kNoisePlay), random.below(kNoisePlay), frame.width,
                        frame.height);
  cv::Mat pixels(frame.height, frame.width, CV_8UC3, frame.pixels.data());
  cv::add(pixels, brighter_(window), pixels);
  cv::subtract(pixels, darker_(window), pixels);
}

}  // namespace jetmeter
