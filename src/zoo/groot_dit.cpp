// The diffusion transformer of GR00T N1.6: it turns noisy actions, step by step, into actions,
// looking at what a vision-language model made of pictures and text.
#include <fmt/format.h>

#include <cmath>

#include "zoo/token_blocks.h"

namespace jetmeter {
namespace {

constexpr std::int64_t kHeadWidth = 48, kContext = 2048, kOutputs = 1024;
constexpr std::int64_t kSinusoids = 256;
constexpr double kBranchGain = 0.2, kModulationGain = 0.2;
// Added to the products of what must not be seen; far below all of them in every type.
constexpr double kHidden = -1000;

class Dit {
 public:
  explicit Dit(const ZooSettings& settings)
      : net_("groot-dit", settings), width_(settings.at("heads") * kHeadWidth) {}

  ModelGraph build() {
    const auto sa = open_input("sa_embs", "sa_tokens", "sa_seq_len", width_);
    context_ = open_input("vl_embs", "vl_tokens", "vl_seq_len", kContext);
    const auto steps =
        net_.graph().input("timestep", {batch()}, ElementType::int64, {"batch_size"});
    add_masks();
    const auto time = embedded_time(steps);
    conditions_ = activate(net_, "conditions", time, ZooActivation::silu);
    auto x = sa;
    for (std::int64_t i = 0; i < net_.settings().at("layers"); ++i) x = block(i, x);
    x = modulated("norm_out", "proj_out_1", x, Order::shift_first);
    x = linear(net_, "proj_out_2", x, {.inputs = width_, .outputs = kOutputs});
    net_.op("Identity",
            net_.output("output", {batch(), net_.settings().at("sa_tokens"), kOutputs},
                        {"batch_size", "sa_seq_len", ""}),
            {x});
    return net_.take();
  }

 private:
  enum class Order { scale_first, shift_first };

  std::int64_t batch() const { return net_.settings().at("batch"); }

  std::string open_input(const std::string& name, std::string_view tokens, const char* axis,
                         std::int64_t width) {
    return net_.input(name, {batch(), net_.settings().at(tokens), width}, {"batch_size", axis, ""});
  }

  // What the even blocks see: the text, or the pictures.
  void add_masks() {
    const Shape shape{batch(), net_.settings().at("vl_tokens")};
    const std::vector<std::string> axes{"batch_size", "vl_seq_len"};
    const auto image = net_.graph().input("image_mask", shape, ElementType::boolean, axes);
    const auto valid =
        net_.graph().input("backbone_attention_mask", shape, ElementType::boolean, axes);
    const auto text = net_.op("Not", "text_mask", {image});
    text_ = hiding("text_bias", net_.op("And", "text_seen", {text, valid}));
    image_ = hiding("image_bias", net_.op("And", "image_seen", {image, valid}));
  }
  std::string hiding(const std::string& name, const std::string& seen) {
    const auto where =
        net_.op("Where", name + ".flat",
                {seen, net_.scalar(name + ".seen", 0), net_.scalar(name + ".hidden", kHidden)});
    return net_.op("Unsqueeze", name, {where, net_.graph().integers(name + ".axes", {1, 2})});
  }

  // Cosines, then sines, in float32 whatever the model is of; then two layers.
  std::string embedded_time(const std::string& steps) {
    std::vector<float> frequencies;
    for (int i = 0; i < kSinusoids / 2; ++i) frequencies.push_back(frequency(i));
    const auto wide = net_.op("Cast", "time.float", {steps},
                              {{"to", static_cast<std::int64_t>(to_onnx(ElementType::float32))}});
    const auto column =
        net_.op("Unsqueeze", "time.column", {wide, net_.graph().integers("time.axes", {1})});
    const auto table = net_.op("Constant", "time.frequencies", {},
                               {{"value", float_tensor("", {1, kSinusoids / 2}, frequencies)}});
    const auto angles = net_.op("Mul", "time.angles", {column, table});
    const auto both = net_.concat(
        "time.both", {net_.op("Cos", "time.cos", {angles}), net_.op("Sin", "time.sin", {angles})},
        1);
    const auto narrow = net_.op("Cast", "time.sinusoids", {both},
                                {{"to", static_cast<std::int64_t>(to_onnx(net_.settings().type))}});
    const auto first = linear(net_, "timestep_embedder.linear_1", narrow,
                              {.inputs = kSinusoids, .outputs = width_, .power = 0.5});
    const auto active = activate(net_, "timestep_embedder.act", first, ZooActivation::silu);
    return linear(net_, "timestep_embedder.linear_2", active,
                  {.inputs = width_, .outputs = width_, .power = 0.356});
  }
  // A double's last bit, in which machines' exp() may differ, does not reach the float.
  static float frequency(int i) {
    return static_cast<float>(std::exp(-std::log(10000.0) * i / (kSinusoids / 2 - 1)));
  }

  // norm(x) * (1 + scale) + shift, both from the time by one projection.
  std::string modulated(const std::string& name, const std::string& projection,
                        const std::string& x, Order order = Order::scale_first) {
    const auto both =
        linear(net_, projection, conditions_,
               {.inputs = width_, .outputs = 2 * width_, .gain = kModulationGain, .power = 0.356});
    const auto row =
        net_.op("Unsqueeze", name + ".row", {both, net_.graph().integers(name + ".axes", {1})});
    const auto parts = net_.split(name + ".parts", row, {width_, width_}, 2);
    const auto& scale = parts[order == Order::shift_first ? 1 : 0];
    const auto& shift = parts[order == Order::shift_first ? 0 : 1];
    const auto normal =
        layer_norm(net_, name + ".norm", x, {.width = width_, .epsilon = 1e-5, .affine = false});
    const auto factor = net_.op("Add", name + ".factor", {scale, net_.scalar(name + ".one", 1)});
    const auto scaled = net_.op("Mul", name + ".scaled", {normal, factor});
    return net_.op("Add", name, {scaled, shift});
  }

  std::string attention(const std::string& name, std::int64_t i, const std::string& x) {
    const bool self = i % 2 == 1;
    const auto& source = self ? x : context_;
    const Linear own{.inputs = width_, .outputs = width_};
    const Linear other{.inputs = self ? width_ : kContext, .outputs = width_};
    const auto queries = linear(net_, name + ".to_q", x, own);
    const auto keys = linear(net_, name + ".to_k", source, other);
    const auto values = linear(net_, name + ".to_v", source, other);
    const auto mixed = attend(net_, name + ".attend", queries, keys, values,
                              {.heads = width_ / kHeadWidth,
                               .width = kHeadWidth,
                               .mask = self         ? ""
                                       : i % 4 == 0 ? text_
                                                    : image_});
    return linear(net_, name + ".to_out.0", mixed,
                  {.inputs = width_, .outputs = width_, .gain = kBranchGain, .power = 0.3});
  }

  std::string block(std::int64_t i, const std::string& x) {
    const auto name = fmt::format("transformer_blocks.{}", i);
    const auto first = modulated(name + ".norm1", name + ".norm1.linear", x);
    const auto seen = net_.op("Add", name + ".add1", {attention(name + ".attn1", i, first), x});
    const auto second = layer_norm(net_, name + ".norm3", seen,
                                   {.width = width_, .epsilon = 1e-5, .affine = false});
    const auto thought = mlp(net_, name + ".ff.net", second,
                             {.width = width_,
                              .hidden = 4 * width_,
                              .activation = ZooActivation::gelu_tanh,
                              .gain = kBranchGain},
                             {".0.proj", ".2"});
    return net_.op("Add", name + ".add2", {thought, seen});
  }

  NetBuilder net_;
  std::int64_t width_;
  std::string context_, text_, image_, conditions_;
};

ModelGraph build(const ZooSettings& settings) {
  return Dit(settings).build();
}

constexpr ZooNumber tokens(std::string_view name, std::string_view summary) {
  return {.name = name,
          .summary = summary,
          .otherwise = kDynamic,
          .least = 1,
          .most = 4096,
          .may_be_open = true};
}

constexpr ZooNumber kNumbers[] = {
    {.name = "batch",
     .summary = "observations per inference",
     .otherwise = kDynamic,
     .least = 1,
     .most = 1024,
     .may_be_open = true},
    zoo_opset(19, 17),
    {.name = "layers", .summary = "blocks", .otherwise = 32, .least = 1, .most = 64},
    {.name = "heads", .summary = "of 48 each", .otherwise = 32, .least = 1, .most = 64},
    tokens("sa_tokens", "of state and actions; 51 for a horizon of 50"),
    tokens("vl_tokens", "of pictures and text; 122 for one picture")};

constexpr ZooModel kModels[] = {{"groot-dit",
                                 "GR00T N1.6 action head: diffusion transformer, one step", build,
                                 kNumbers, ElementType::bfloat16}};

}  // namespace

extern const ZooFamily groot_dit_zoo{kModels};

}  // namespace jetmeter
