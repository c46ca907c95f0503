// The vision-language model in front of GR00T's action head, as its exported graph: pictures and
// text in, hidden states out. A SigLIP-like tower, four patches to a token, and decoder layers of a
// language model. Small unless chosen otherwise: layers=16, vision_layers=27, vocabulary=151680
// are about those of the real one.
#include <fmt/format.h>

#include <cmath>

#include "zoo/token_blocks.h"

namespace jetmeter {
namespace {

constexpr std::int64_t kPatch = 14, kVisionHead = 72, kHead = 128, kMerged = 2;
constexpr std::int64_t kQueryGroup = 2;  // heads of queries that share keys and values
constexpr double kBranchGain = 0.3;
constexpr double kHidden = -1000;  // added to the products of what must not be seen

class Backbone {
 public:
  explicit Backbone(const ZooSettings& settings)
      : net_("groot-backbone", settings),
        tokens_(settings.at("tokens")),
        width_(settings.at("hidden")),
        vision_(settings.at("vision_width")),
        image_token_(settings.at("vocabulary") - 1) {}

  ModelGraph build() {
    const Shape sequence{1, tokens_};
    const auto ids = net_.graph().input("input_ids", sequence, ElementType::int64);
    const auto mask = net_.graph().input("attention_mask", sequence, ElementType::int64);
    const auto pictures = picture_tokens();
    const auto is_picture =
        net_.op("Equal", net_.graph().output("image_mask", sequence, ElementType::boolean),
                {ids, net_.graph().integer("image_token", image_token_)});
    auto x = embedded(ids, is_picture, pictures);
    mask_ = causal_mask(mask);
    make_rotation();
    for (std::int64_t i = 0; i < net_.settings().at("layers"); ++i)
      x = decoder_layer(fmt::format("language_model.layers.{}", i), x);
    net_.op("Identity", net_.output("hidden_states", {1, tokens_, width_}), {x});
    net_.op("Identity",
            net_.graph().output("backbone_attention_mask", sequence, ElementType::int64), {mask});
    return net_.take();
  }

 private:
  // ---- pictures --------------------------------------------------------------------------------

  std::string picture_tokens() {
    const auto size = net_.settings().at("imgsz"), frames = net_.settings().at("frames");
    const auto side = size / kPatch;
    const auto pixels = net_.input("pixel_values", {frames, 1, 3, size, size});
    const FeatureMap images{net_.reshape("pixels", pixels, {frames, 3, size, size}), 3, size, 1};
    const auto patches =
        conv(net_, "vision.patch_embedding", images,
             {.channels = vision_, .kernel = kPatch, .stride = kPatch, .padded = false});
    const auto rows = net_.reshape("vision.rows", patches.name, {0, vision_, side * side});
    auto x = net_.op("Add", "vision.embedded",
                     {net_.transpose("vision.patches", rows, {0, 2, 1}),
                      net_.weight("vision.position_embedding.weight", {1, side * side, vision_},
                                  {.deviation = 0.5})});
    for (std::int64_t i = 0; i < net_.settings().at("vision_layers"); ++i)
      x = vision_layer(fmt::format("vision.layers.{}", i), x);
    x = layer_norm(net_, "vision.post_layernorm", x, {.width = vision_});
    return connected(x, frames, side);
  }

  std::string vision_layer(const std::string& name, const std::string& x) {
    const Linear square{.inputs = vision_, .outputs = vision_};
    const auto first = layer_norm(net_, name + ".layer_norm1", x, {.width = vision_});
    const auto mixed =
        attend(net_, name + ".attend", linear(net_, name + ".self_attn.q_proj", first, square),
               linear(net_, name + ".self_attn.k_proj", first, square),
               linear(net_, name + ".self_attn.v_proj", first, square),
               {.heads = vision_ / kVisionHead, .width = kVisionHead, .mask = ""});
    const auto own =
        linear(net_, name + ".self_attn.out_proj", mixed,
               {.inputs = vision_, .outputs = vision_, .gain = kBranchGain, .power = 0.5});
    const auto seen = net_.op("Add", name + ".add1", {x, own});
    const auto second = layer_norm(net_, name + ".layer_norm2", seen, {.width = vision_});
    const auto thought = mlp(net_, name + ".mlp", second,
                             {.width = vision_,
                              .hidden = vision_ * 4304 / 1152,
                              .activation = ZooActivation::gelu_tanh,
                              .gain = kBranchGain});
    return net_.op("Add", name + ".add2", {seen, thought});
  }

  // Four neighbours become one token as wide as the language model's.
  std::string connected(const std::string& x, std::int64_t frames, std::int64_t side) {
    const auto half = side / kMerged, wide = vision_ * kMerged * kMerged;
    const auto split =
        net_.reshape("connector.split", x, {frames, half, kMerged, half, kMerged, vision_});
    const auto turned = net_.transpose("connector.turned", split, {0, 1, 3, 2, 4, 5});
    const auto merged = net_.reshape("connector.merged", turned, {frames * half * half, wide});
    const auto normal = layer_norm(net_, "connector.norm", merged, {.width = wide});
    return mlp(net_, "connector", normal, {.width = wide, .hidden = width_, .outputs = width_});
  }

  // ---- text ------------------------------------------------------------------------------------

  // The n-th place for a picture takes the n-th of their tokens; without branches, so that every
  // shape is fixed.
  std::string embedded(const std::string& ids, const std::string& is_picture,
                       const std::string& pictures) {
    auto& graph = net_.graph();
    const auto table = net_.weight("language_model.embed_tokens.weight",
                                   {net_.settings().at("vocabulary"), width_}, {.deviation = 1});
    const auto words = net_.op("Gather", "embedded.words", {table, ids});
    const auto flags = net_.op("Cast", "embedded.flags", {is_picture},
                               {{"to", static_cast<std::int64_t>(to_onnx(ElementType::int64))}});
    const auto counted =
        net_.op("CumSum", "embedded.counted", {flags, graph.integer("embedded.axis", 1)});
    const auto from_0 =
        net_.op("Sub", "embedded.from_0", {counted, graph.integer("embedded.one", 1)});
    const auto half = net_.settings().at("imgsz") / kPatch / kMerged;
    const auto last = net_.settings().at("frames") * half * half - 1;
    const auto least =
        net_.op("Max", "embedded.least", {from_0, graph.integer("embedded.zero", 0)});
    const auto at = net_.op("Min", "embedded.at", {least, graph.integer("embedded.last", last)});
    const auto seen = net_.op("Gather", "embedded.pictures", {pictures, at});
    const auto column =
        net_.op("Unsqueeze", "embedded.column", {is_picture, graph.integers("embedded.axes", {2})});
    return net_.op("Where", "embedded", {column, seen, words});
  }

  // A token sees itself and those before it that are no padding.
  std::string causal_mask(const std::string& mask) {
    const auto count = static_cast<std::size_t>(tokens_);
    std::vector<float> later(count * count, 0);
    for (std::size_t row = 0; row < count; ++row)
      for (std::size_t column = row + 1; column < count; ++column)
        later[row * count + column] = static_cast<float>(kHidden);
    const auto triangle = net_.constant("mask.later", {1, 1, tokens_, tokens_}, later);
    const auto real = net_.op("Cast", "mask.real", {mask},
                              {{"to", static_cast<std::int64_t>(to_onnx(ElementType::boolean))}});
    const auto padding =
        net_.op("Where", "mask.padding",
                {real, net_.scalar("mask.seen", 0), net_.scalar("mask.hidden", kHidden)});
    const auto row = net_.reshape("mask.row", padding, {1, 1, 1, tokens_});
    return net_.op("Add", "mask", {triangle, row});
  }

  void make_rotation() {
    std::vector<float> cosines, sines;
    for (std::int64_t token = 0; token < tokens_; ++token)
      for (std::int64_t c = 0; c < kHead; ++c) {
        const double exponent = static_cast<double>(c % (kHead / 2)) / (kHead / 2.0);
        const double angle = static_cast<double>(token) * std::pow(1e6, -exponent);
        cosines.push_back(static_cast<float>(std::cos(angle)));
        sines.push_back(static_cast<float>(c < kHead / 2 ? -std::sin(angle) : std::sin(angle)));
      }
    cosine_ = net_.constant("rotation.cosine", {1, tokens_, 1, kHead}, cosines);
    sine_ = net_.constant("rotation.sine", {1, tokens_, 1, kHead}, sines);
  }
  // The halves of each head turn against each other.
  std::string rotated(const std::string& name, const std::string& x, std::int64_t heads) {
    const auto split = net_.reshape(name + ".heads", x, {1, tokens_, heads, kHead});
    const auto halves = net_.split(name + ".halves", split, {kHead / 2, kHead / 2}, 3);
    const auto swapped = net_.concat(name + ".swapped", {halves[1], halves[0]}, 3);
    return net_.op("Add", name,
                   {net_.op("Mul", name + ".cosine", {split, cosine_}),
                    net_.op("Mul", name + ".sine", {swapped, sine_})});
  }

  // Squares in float32, as the reference does: in float16 they may not fit.
  std::string rms_norm(const std::string& name, const std::string& x) {
    const auto cast = [&](const std::string& part, const std::string& from, ElementType type) {
      if (net_.settings().type == ElementType::float32) return from;
      return net_.op("Cast", name + part, {from},
                     {{"to", static_cast<std::int64_t>(to_onnx(type))}});
    };
    const auto constant = [&](const std::string& part, float value) {
      return net_.op("Constant", name + part, {},
                     {{"value", float_tensor("", {}, std::vector<float>{value})}});
    };
    const auto wide = cast(".wide", x, ElementType::float32);
    const auto square = net_.op("Mul", name + ".square", {wide, wide});
    const auto mean = mean_of_last(name + ".mean", square);
    const auto sum = net_.op("Add", name + ".sum", {mean, constant(".epsilon", 1e-6F)});
    const auto root = net_.op("Sqrt", name + ".root", {sum});
    const auto normal =
        cast(".narrow", net_.op("Div", name + ".normal", {wide, root}), net_.settings().type);
    const auto scale = net_.weight(name + ".weight", {width_}, {.deviation = 0.1, .mean = 1});
    return net_.op("Mul", name, {normal, scale});
  }
  // The axes became an input with opset 18.
  std::string mean_of_last(const std::string& name, const std::string& x) {
    if (net_.settings().at("opset") < 18)
      return net_.op("ReduceMean", name, {x}, {{"axes", std::vector<std::int64_t>{-1}}});
    return net_.op("ReduceMean", name, {x, net_.graph().integers(name + ".axes", {-1})});
  }

  std::string repeated(const std::string& name, const std::string& x, std::int64_t heads) {
    const auto split = net_.reshape(name + ".split", x, {1, tokens_, heads, 1, kHead});
    const auto wide = net_.op(
        "Expand", name + ".wide",
        {split, net_.graph().integers(name + ".extents", {1, tokens_, heads, kQueryGroup, kHead})});
    return net_.reshape(name, wide, {1, tokens_, heads * kQueryGroup * kHead});
  }

  std::string attention(const std::string& name, const std::string& x) {
    const auto heads = width_ / kHead, fewer = heads / kQueryGroup;
    const Linear wide{.inputs = width_, .outputs = width_, .bias = false};
    const Linear narrow{.inputs = width_, .outputs = fewer * kHead, .bias = false};
    const auto queries =
        net_.reshape(name + ".queries",
                     rotated(name + ".q_rotated", linear(net_, name + ".q_proj", x, wide), heads),
                     {1, tokens_, width_});
    const auto keys = repeated(
        name + ".keys",
        rotated(name + ".k_rotated", linear(net_, name + ".k_proj", x, narrow), fewer), fewer);
    const auto values =
        repeated(name + ".values", linear(net_, name + ".v_proj", x, narrow), fewer);
    const auto mixed = attend(net_, name + ".attend", queries, keys, values,
                              {.heads = heads, .width = kHead, .mask = mask_});
    return linear(
        net_, name + ".o_proj", mixed,
        {.inputs = width_, .outputs = width_, .gain = kBranchGain, .power = 0.5, .bias = false});
  }

  std::string gated_mlp(const std::string& name, const std::string& x) {
    const auto inner = 3 * width_;
    const Linear wide{.inputs = width_, .outputs = inner, .bias = false};
    const auto gate = activate(net_, name + ".act", linear(net_, name + ".gate_proj", x, wide),
                               ZooActivation::silu);
    const auto product =
        net_.op("Mul", name + ".gated", {gate, linear(net_, name + ".up_proj", x, wide)});
    return linear(net_, name + ".down_proj", product,
                  {.inputs = inner,
                   .outputs = width_,
                   .gain = kBranchGain,
                   .power = activated_power(ZooActivation::silu, 1),
                   .bias = false});
  }

  std::string decoder_layer(const std::string& name, const std::string& x) {
    const auto first = rms_norm(name + ".input_layernorm", x);
    const auto seen = net_.op("Add", name + ".add1", {x, attention(name + ".self_attn", first)});
    const auto second = rms_norm(name + ".post_attention_layernorm", seen);
    return net_.op("Add", name + ".add2", {seen, gated_mlp(name + ".mlp", second)});
  }

  NetBuilder net_;
  std::int64_t tokens_, width_, vision_, image_token_;
  std::string mask_, cosine_, sine_;
};

ModelGraph build(const ZooSettings& settings) {
  return Backbone(settings).build();
}

constexpr ZooNumber kNumbers[] = {
    zoo_imgsz(224, kPatch* kMerged, 1120),
    zoo_opset(19, 17),
    {.name = "frames", .summary = "pictures", .otherwise = 1, .least = 1, .most = 16},
    {.name = "tokens",
     .summary = "of text and pictures",
     .otherwise = 122,
     .least = 1,
     .most = 4096},
    {.name = "layers", .summary = "of the language model", .otherwise = 2, .least = 1, .most = 64},
    {.name = "hidden",
     .summary = "width of the language model",
     .otherwise = 2048,
     .least = 2 * kHead,
     .most = 8192,
     .step = 2 * kHead},
    {.name = "vocabulary",
     .summary = "words; the last stands for a picture",
     .otherwise = 2048,
     .least = 2,
     .most = 200'000},
    {.name = "vision_layers", .summary = "of the tower", .otherwise = 2, .least = 1, .most = 64},
    {.name = "vision_width",
     .summary = "of the tower",
     .otherwise = 1152,
     .least = kVisionHead,
     .most = 4608,
     .step = kVisionHead}};

constexpr ZooModel kModels[] = {{"groot-backbone",
                                 "GR00T N1.6 vision-language model, cut down to 2 + 2 layers",
                                 build, kNumbers, ElementType::bfloat16}};

}  // namespace

extern const ZooFamily groot_backbone_zoo{kModels};

}  // namespace jetmeter
