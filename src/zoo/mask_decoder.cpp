// Prompt encoder and mask decoder: from clicks and a frame's features to a mask of the object, and
// to the pointer that later frames remember it by.
#include <fmt/format.h>

#include <cmath>

#include "zoo/prompt_encoder.h"
#include "zoo/video_parts.h"

namespace jetmeter {
namespace {

constexpr std::int64_t kHeads = 8, kHidden = 2048, kMasks = 4, kNarrow = kVideoWidth / 2;
constexpr double kBranchGain = 0.4;
constexpr double kAbsent = -1024;  // a mask of an object that is not there

class MaskDecoder {
 public:
  MaskDecoder(const ZooSettings& settings, std::string_view name)
      : net_(name, settings), side_(feature_side(net_)) {}

  ModelGraph build() {
    const auto prompts = encode_points(net_, "sam_prompt_encoder");
    const auto dense = net_.weight("sam_prompt_encoder.no_mask_embed.weight",
                                   {1, kVideoWidth, 1, 1}, {.deviation = 0.3});
    const auto image = net_.input("image_embed", {1, kVideoWidth, side_, side_});
    fine_ = {net_.input("high_res_feats_0", {1, 32, 4 * side_, 4 * side_}), 32, 4 * side_, 1};
    middle_ = {net_.input("high_res_feats_1", {1, 64, 2 * side_, 2 * side_}), 64, 2 * side_, 1};
    places_ = prompts.grid;
    keys_ = flat("image", net_.op("Add", "image.prompted", {image, dense}));
    start_tokens(prompts.sparse);
    for (int i = 0; i < 2; ++i) look_both_ways(fmt::format("transformer.layers.{}", i), i == 0);
    const auto last = attention("transformer.final_attn_token_to_image", placed_queries("final"),
                                placed_keys("final"), keys_, kNarrow);
    queries_ = normal("transformer.norm_final_attn", net_.op("Add", "final.sum", {queries_, last}));
    give(masks());
    return net_.take();
  }

 private:
  std::int64_t prompt_tokens() const { return net_.settings().at("points") + 1; }

  std::string flat(const std::string& name, const std::string& planes) {
    const auto rows = net_.reshape(name + ".flat", planes, {1, kVideoWidth, side_ * side_});
    return net_.transpose(name + ".tokens", rows, {0, 2, 1});
  }

  void start_tokens(const std::string& sparse) {
    const auto learned =
        net_.weight("learned_tokens", {1, 2 + kMasks, kVideoWidth}, {.deviation = 1});
    first_queries_ = queries_ = net_.concat("tokens", {learned, sparse}, 1);
  }

  std::string placed_queries(const std::string& name) {
    return net_.op("Add", name + ".queries", {queries_, first_queries_});
  }
  std::string placed_keys(const std::string& name) {
    return net_.op("Add", name + ".keys", {keys_, places_});
  }
  std::string normal(const std::string& name, const std::string& x) {
    return layer_norm(net_, name, x, {.width = kVideoWidth, .epsilon = 1e-5});
  }

  std::string attention(const std::string& name, const std::string& queries,
                        const std::string& keys, const std::string& values, std::int64_t inner) {
    const Linear in{.inputs = kVideoWidth, .outputs = inner, .power = 1.5};
    const auto mixed =
        attend(net_, name + ".attend", linear(net_, name + ".q_proj", queries, in),
               linear(net_, name + ".k_proj", keys, in), linear(net_, name + ".v_proj", values, in),
               {.heads = kHeads, .width = inner / kHeads, .mask = ""});
    return linear(net_, name + ".out_proj", mixed,
                  {.inputs = inner, .outputs = kVideoWidth, .gain = kBranchGain, .power = 0.3});
  }

  void look_both_ways(const std::string& name, bool first) {
    const auto place = first ? queries_ : placed_queries(name + ".self");
    const auto own = attention(name + ".self_attn", place, place, queries_, kVideoWidth);
    queries_ =
        normal(name + ".norm1", first ? own : net_.op("Add", name + ".add1", {queries_, own}));
    const auto seen = attention(name + ".cross_attn_token_to_image", placed_queries(name + ".to"),
                                placed_keys(name + ".to"), keys_, kNarrow);
    queries_ = normal(name + ".norm2", net_.op("Add", name + ".add2", {queries_, seen}));
    const auto thought = mlp(net_, name + ".mlp.layers", queries_,
                             {.width = kVideoWidth,
                              .hidden = kHidden,
                              .activation = ZooActivation::relu,
                              .gain = kBranchGain},
                             {".0", ".1"});
    queries_ = normal(name + ".norm3", net_.op("Add", name + ".add3", {queries_, thought}));
    const auto back = attention(name + ".cross_attn_image_to_token", placed_keys(name + ".from"),
                                placed_queries(name + ".from"), queries_, kNarrow);
    keys_ = normal(name + ".norm4", net_.op("Add", name + ".add4", {keys_, back}));
  }

  // ---- from tokens to what is given ------------------------------------------------------------

  FeatureMap doubled(const std::string& name, const FeatureMap& x, std::int64_t channels) {
    const auto weight = net_.weight(name + ".weight", {x.channels, channels, 2, 2},
                                    {.deviation = 1 / std::sqrt(static_cast<double>(x.channels))});
    const auto bias = net_.weight(name + ".bias", {channels}, {.deviation = 0.1});
    net_.op("ConvTranspose", name, {x.name, weight, bias},
            {{"kernel_shape", std::vector<std::int64_t>{2, 2}},
             {"strides", std::vector<std::int64_t>{2, 2}}});
    return {name, channels, 2 * x.size, x.power};
  }

  FeatureMap upscaled() {
    const auto planes = net_.transpose("image.planes", keys_, {0, 2, 1});
    const FeatureMap image{net_.reshape("image.map", planes, {1, kVideoWidth, side_, side_}),
                           kVideoWidth, side_, 1};
    const auto larger =
        add(net_, "output_upscaling.add1", doubled("output_upscaling.0", image, 64), middle_);
    const auto active =
        activate(net_, "output_upscaling.act1", layer_norm_2d(net_, "output_upscaling.1", larger),
                 ZooActivation::gelu);
    const auto largest =
        add(net_, "output_upscaling.add2", doubled("output_upscaling.3", active, 32), fine_);
    return activate(net_, "output_upscaling.act2", largest, ZooActivation::gelu);
  }

  // Three layers of one token.
  struct Head {
    std::int64_t outputs;
    double gain = 1, mean = 0;
  };
  std::string head(const std::string& name, const std::string& token, const Head& last) {
    auto x = token;
    for (int i = 0; i < 3; ++i) {
      const auto layer = fmt::format("{}.layers.{}", name, i);
      x = linear(net_, layer, x,
                 {.inputs = kVideoWidth,
                  .outputs = i == 2 ? last.outputs : kVideoWidth,
                  .gain = i == 2 ? last.gain : 1,
                  .power = i == 0 ? 1 : 0.5,
                  .bias_mean = i == 2 ? last.mean : 0});
      if (i < 2) x = activate(net_, layer + ".act", x, ZooActivation::relu);
    }
    return x;
  }

  struct Masks {
    std::string score, iou, masks, tokens;  // 1x1x1, 1x1x4, 1x4xNxN, 1x4x256
  };

  Masks masks() {
    const auto parts = net_.split("out", queries_, {1, 1, kMasks, prompt_tokens()}, 1);
    const auto fine = upscaled();
    const auto each = net_.split("out.masks", parts[2], {1, 1, 1, 1}, 1);
    std::vector<std::string> filters;
    for (std::size_t i = 0; i < each.size(); ++i)
      filters.push_back(
          head(fmt::format("output_hypernetworks_mlps.{}", i), each[i], {fine.channels}));
    const auto pixels =
        net_.reshape("upscaled.pixels", fine.name, {1, fine.channels, fine.size * fine.size});
    const auto product =
        net_.op("MatMul", "masks.product", {net_.concat("masks.filters", filters, 1), pixels});
    // That the object is there: else all masks were alike.
    return {head("pred_obj_score_head", parts[0], {.outputs = 1, .gain = 0.3, .mean = 3}),
            net_.op("Sigmoid", "iou.sigmoid", {head("iou_prediction_head", parts[1], {kMasks})}),
            net_.reshape("masks", product, {1, kMasks, fine.size, fine.size}), parts[2]};
  }

  // Of the three masks that a single click may mean, the one with the best IoU.
  void give(const Masks& found) {
    const auto size = 4 * side_;
    const auto score = net_.reshape("score", found.score, {1, 1});
    const auto ious = net_.reshape("ious", found.iou, {1, kMasks});
    const auto three = net_.split("ious.kinds", ious, {1, kMasks - 1}, 1)[1];
    const auto best = net_.op("ArgMax", "best", {three},
                              {{"axis", std::int64_t{1}}, {"keepdims", std::int64_t{0}}});
    const auto choose = [&](const std::string& name, const std::string& all) {
      const auto others = net_.split(name + ".kinds", all, {1, kMasks - 1}, 1)[1];
      return net_.op("Gather", name, {others, best}, {{"axis", std::int64_t{1}}});
    };
    const auto there = net_.op("Greater", "there", {score, net_.scalar("there.least", 0)});
    const auto mask = net_.output("pred_mask", {1, 1, size, size});
    net_.op("Where", mask,
            {net_.reshape("there.mask", there, {1, 1, 1, 1}), choose("best.mask", found.masks),
             net_.scalar("absent", kAbsent)});
    give_mask_for_memory(mask);
    const auto pointer = net_.reshape(
        "pointer", head("obj_ptr_proj", choose("best.token", found.tokens), {kVideoWidth}),
        {1, kVideoWidth});
    const auto nobody = net_.weight("no_obj_ptr", {1, kVideoWidth}, {.deviation = 0.3});
    net_.op("Where", net_.output("obj_ptr", {1, kVideoWidth}), {there, pointer, nobody});
    net_.op("Identity", net_.output("iou", {1, kMasks}), {ious});
    net_.op("Identity", net_.output("object_score_logits", {1, 1}), {score});
  }

  void give_mask_for_memory(const std::string& mask) {
    const auto size = net_.settings().at("imgsz");
    const auto extents = net_.graph().integers("high_res.extents", {1, 1, size, size});
    const auto large = net_.op("Resize", "high_res", {mask, "", "", extents},
                               {{"mode", std::string("linear")},
                                {"coordinate_transformation_mode", std::string("half_pixel")}});
    const auto share = net_.op("Sigmoid", "high_res.share", {large});
    const auto wide = net_.op("Mul", "high_res.wide", {share, net_.scalar("high_res.scale", 20)});
    net_.op("Add", net_.output("mask_for_mem", {1, 1, size, size}),
            {wide, net_.scalar("high_res.bias", -10)});
  }

  NetBuilder net_;
  std::int64_t side_;
  FeatureMap fine_, middle_;
  std::string queries_, first_queries_, keys_, places_;
};

}  // namespace

ModelGraph mask_decoder(const ZooSettings& settings, std::string_view name) {
  return MaskDecoder(settings, name).build();
}

}  // namespace jetmeter
