// YOLO11 for detection, batch norm folded. Layers, widths and repeats are those of its published
// configuration; weights are named as there, so that a trained model can be held against it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "jetmeter/detection.h"
#include "zoo/detect_head.h"

namespace jetmeter {
namespace {

struct Scale {
  char letter;
  double depth, width;
  std::int64_t most_channels;
  bool nested;  // blocks of blocks everywhere
};
constexpr Scale kNano{'n', 0.5, 0.25, 1024, false}, kSmall{'s', 0.5, 0.5, 1024, false},
    kMedium{'m', 0.5, 1, 512, true}, kLarge{'l', 1, 1, 512, true}, kExtra{'x', 1, 1.5, 512, true};

// What a residual branch adds to what it goes round.
constexpr double kBranchGain = 0.5;

class Yolo11 {
 public:
  Yolo11(const ZooSettings& settings, const Scale& scale)
      : scale_(scale), net_(fmt::format("yolo11{}", scale.letter), settings) {}

  ModelGraph build() {
    const auto size = net_.settings().at("imgsz");
    FeatureMap x = net_.image("images", 3, size, 0.25);
    x = down(0, x, 64);
    x = down(1, x, 128);
    x = c3k2(2, x, {.channels = 256, .split = 0.25});
    x = down(3, x, 256);
    const auto eighth = c3k2(4, x, {.channels = 512, .split = 0.25});
    x = down(5, eighth, 512);
    const auto sixteenth = c3k2(6, x, {.channels = 512, .nested = true});
    x = down(7, sixteenth, 1024);
    x = c3k2(8, x, {.channels = 1024, .nested = true});
    x = pyramid_pool(9, x);
    const auto deepest = c2psa(10, x);
    x = concat_channels(net_, layer(12), {upsample(net_, layer(11), deepest), sixteenth});
    const auto middle = c3k2(13, x, {.channels = 512});
    x = concat_channels(net_, layer(15), {upsample(net_, layer(14), middle), eighth});
    const auto p3 = c3k2(16, x, {.channels = 256});
    x = concat_channels(net_, layer(18), {down(17, p3, 256), middle});
    const auto p4 = c3k2(19, x, {.channels = 512});
    x = concat_channels(net_, layer(21), {down(20, p4, 512), deepest});
    const auto p5 = c3k2(22, x, {.channels = 1024, .nested = true});
    detect_head(net_, layer(23), {p3, p4, p5});
    add_metadata();
    return net_.take();
  }

 private:
  // In the widths of the configuration, before scaling.
  struct Stage {
    std::int64_t channels;
    double split = 0.5;
    bool nested = false;
  };

  static std::string layer(int number) { return fmt::format("model.{}", number); }
  std::int64_t width(std::int64_t channels) const {
    const auto scaled =
        static_cast<double>(std::min(channels, scale_.most_channels)) * scale_.width;
    return static_cast<std::int64_t>(std::ceil(scaled / 8)) * 8;
  }
  int repeats() const { return std::max(1, static_cast<int>(std::lround(2 * scale_.depth))); }

  FeatureMap point(const std::string& name, const FeatureMap& x, std::int64_t channels) {
    return conv(net_, name + ".conv", x, {.channels = channels, .activation = ZooActivation::silu});
  }
  FeatureMap down(int number, const FeatureMap& x, std::int64_t channels) {
    return conv(
        net_, layer(number) + ".conv", x,
        {.channels = width(channels), .kernel = 3, .stride = 2, .activation = ZooActivation::silu});
  }

  std::vector<FeatureMap> halves(const std::string& name, const FeatureMap& x) {
    const auto half = x.channels / 2;
    const auto names = net_.split(name, x.name, {half, half}, 1);
    return {{names[0], half, x.size, x.power}, {names[1], half, x.size, x.power}};
  }

  FeatureMap bottleneck(const std::string& name, const FeatureMap& x, std::int64_t hidden) {
    const auto first = conv(net_, name + ".cv1.conv", x,
                            {.channels = hidden, .kernel = 3, .activation = ZooActivation::silu});
    const auto second = conv(net_, name + ".cv2.conv", first,
                             {.channels = x.channels,
                              .kernel = 3,
                              .activation = ZooActivation::silu,
                              .gain = kBranchGain});
    return add(net_, name + ".add", x, second);
  }

  FeatureMap c3k(const std::string& name, const FeatureMap& x) {
    const auto half = x.channels / 2;
    FeatureMap y = point(name + ".cv1", x, half);
    for (int i = 0; i < 2; ++i) y = bottleneck(fmt::format("{}.m.{}", name, i), y, half);
    const auto other = point(name + ".cv2", x, half);
    return point(name + ".cv3", concat_channels(net_, name + ".concat", {y, other}), x.channels);
  }

  FeatureMap c3k2(int number, const FeatureMap& x, const Stage& stage) {
    const auto name = layer(number);
    const auto channels = width(stage.channels);
    const auto hidden = static_cast<std::int64_t>(static_cast<double>(channels) * stage.split);
    auto parts = halves(name + ".split", point(name + ".cv1", x, 2 * hidden));
    for (int i = 0; i < repeats(); ++i) {
      const auto inner = fmt::format("{}.m.{}", name, i);
      parts.push_back(stage.nested || scale_.nested ? c3k(inner, parts.back())
                                                    : bottleneck(inner, parts.back(), hidden / 2));
    }
    return point(name + ".cv2", concat_channels(net_, name + ".concat", parts), channels);
  }

  FeatureMap pyramid_pool(int number, const FeatureMap& x) {
    const auto name = layer(number);
    std::vector<FeatureMap> parts{point(name + ".cv1", x, x.channels / 2)};
    for (int i = 0; i < 3; ++i)
      parts.push_back(max_pool(net_, fmt::format("{}.m.{}", name, i), parts.back(), 5, 1));
    return point(name + ".cv2", concat_channels(net_, name + ".concat", parts), x.channels);
  }

  FeatureMap c2psa(int number, const FeatureMap& x) {
    const auto name = layer(number);
    auto parts = halves(name + ".split", point(name + ".cv1", x, x.channels));
    auto& y = parts.back();
    for (int i = 0; i < repeats(); ++i) {
      const auto block = fmt::format("{}.m.{}", name, i);
      y = add(net_, block + ".add", y, attention(block + ".attn", y));
      const auto wide = point(block + ".ffn.0", y, 2 * y.channels);
      const auto narrow =
          conv(net_, block + ".ffn.1.conv", wide, {.channels = y.channels, .gain = kBranchGain});
      y = add(net_, block + ".add2", y, narrow);
    }
    return point(name + ".cv2", concat_channels(net_, name + ".concat", parts), x.channels);
  }

  // Every pixel attends to every other; a depthwise convolution of the values tells positions.
  FeatureMap attention(const std::string& name, const FeatureMap& x) {
    const auto heads = x.channels / 64, value = x.channels / heads, key = value / 2;
    const auto pixels = x.size * x.size;
    const auto qkv = conv(net_, name + ".qkv.conv", x, {.channels = x.channels + 2 * key * heads});
    const auto by_head =
        net_.reshape(name + ".heads", qkv.name, {0, heads, 2 * key + value, pixels});
    const auto parts = net_.split(name + ".parts", by_head, {key, key, value}, 2);
    const auto queries = net_.transpose(name + ".queries", parts[0], {0, 1, 3, 2});
    const auto product = net_.op("MatMul", name + ".product", {queries, parts[1]});
    const auto scale = net_.scalar(name + ".scale", 1 / std::sqrt(static_cast<double>(key)));
    const auto scaled = net_.op("Mul", name + ".scaled", {product, scale});
    const auto shares =
        net_.op("Softmax", name + ".softmax", {scaled}, {{"axis", std::int64_t{-1}}});
    const auto turned = net_.transpose(name + ".shares", shares, {0, 1, 3, 2});
    const auto mixed = net_.op("MatMul", name + ".mixed", {parts[2], turned});
    const Shape picture{0, x.channels, x.size, x.size};
    const FeatureMap values{net_.reshape(name + ".values", parts[2], picture), x.channels, x.size,
                            qkv.power};
    FeatureMap y{net_.reshape(name + ".picture", mixed, picture), x.channels, x.size, qkv.power};
    y = add(net_, name + ".add", y,
            conv(net_, name + ".pe.conv", values,
                 {.channels = x.channels, .kernel = 3, .groups = x.channels}));
    return conv(net_, name + ".proj.conv", y, {.channels = x.channels, .gain = kBranchGain});
  }

  void add_metadata() {
    const auto& settings = net_.settings();
    const auto classes = settings.at("classes"), size = settings.at("imgsz");
    const bool coco = classes == std::ssize(kCocoLabels);
    std::string names;
    for (std::int64_t i = 0; i < classes; ++i)
      names += fmt::format(
          "{}{}: '{}'", i == 0 ? "" : ", ", i,
          coco ? std::string(kCocoLabels[static_cast<std::size_t>(i)]) : fmt::format("class{}", i));
    auto& graph = net_.graph();
    graph.metadata("description", fmt::format("YOLO11{} with generated weights", scale_.letter));
    graph.metadata("stride", "32");
    graph.metadata("task", "detect");
    graph.metadata("batch", fmt::format("{}", std::max<std::int64_t>(1, settings.at("batch"))));
    graph.metadata("imgsz", fmt::format("[{0}, {0}]", size));
    graph.metadata("names", "{" + names + "}");
  }

  const Scale& scale_;
  NetBuilder net_;
};

template <const Scale& scale>
ModelGraph build(const ZooSettings& settings) {
  return Yolo11(settings, scale).build();
}

constexpr ZooNumber kNumbers[] = {
    zoo_imgsz(640, 32, 2048),
    zoo_batch(),
    zoo_opset(17, 13),
    {.name = "classes", .summary = "rows of scores", .otherwise = 80, .least = 1, .most = 10000}};

constexpr ZooModel kModels[] = {
    {"yolo11n", "YOLO11 nano: detector, head decoded", build<kNano>, kNumbers},
    {"yolo11s", "YOLO11 small: detector, head decoded", build<kSmall>, kNumbers},
    {"yolo11m", "YOLO11 medium: detector, head decoded", build<kMedium>, kNumbers},
    {"yolo11l", "YOLO11 large: detector, head decoded", build<kLarge>, kNumbers},
    {"yolo11x", "YOLO11 extra large: detector, head decoded", build<kExtra>, kNumbers}};

}  // namespace

extern const ZooFamily yolo11_zoo{kModels};

}  // namespace jetmeter
