// A frame's features look at themselves and at what is remembered.
#include <fmt/format.h>

#include "zoo/rotary.h"
#include "zoo/video_parts.h"

namespace jetmeter {
namespace {

constexpr double kBranchGain = 0.3;
constexpr std::int64_t kHidden = 2048;
constexpr std::int64_t kLatentSide = 16;
// Added to the products of slots that hold nothing.
constexpr double kEmpty = -1000;

class MemoryAttention {
 public:
  MemoryAttention(const ZooSettings& settings, std::string_view name, const MemoryLayout& layout)
      : net_(name, settings),
        layout_(layout),
        side_(feature_side(net_)),
        slot_tokens_(layout.tokens(side_)) {}

  ModelGraph build() {
    auto x = start();
    remember();
    table_ = rotary_table(net_, "rotary", side_, kVideoWidth);
    slot_table_ =
        layout_.latents ? rotary_table(net_, "rotary_slot", kLatentSide, kVideoWidth) : table_;
    for (int i = 0; i < layout_.layers; ++i) x = layer(fmt::format("layers.{}", i), x);
    x = layer_norm(net_, "norm", x, {.width = kVideoWidth});
    const auto planes = net_.transpose("planes", x, {0, 2, 1});
    const Shape shape{1, kVideoWidth, side_, side_};
    const auto image = net_.reshape("planes.image", planes, shape);
    net_.op("Identity", net_.output("image_embed", shape), {image});
    return net_.take();
  }

 private:
  std::int64_t spatial_tokens() const { return kMemorySlots * slot_tokens_; }

  std::string start() {
    const auto tokens = side_ * side_;
    const auto features = net_.input("current_vision_feat", {1, kVideoWidth, side_, side_});
    const auto positions = net_.input("current_vision_pos_embed", {tokens, 1, kVideoWidth});
    const auto flat = net_.reshape("current.flat", features, {1, kVideoWidth, tokens});
    const auto sequence = net_.transpose("current", flat, {0, 2, 1});
    const auto places = net_.transpose("current.places", positions, {1, 0, 2});
    const auto faint = net_.op("Mul", "current.faint", {places, net_.scalar("current.tenth", 0.1)});
    return net_.op("Add", "current.placed", {sequence, faint});
  }

  // The bank's frames one after the other, then the pointers, each cut into tokens.
  void remember() {
    const auto pointers = net_.input("memory_0", {kPointers, kVideoWidth});
    const auto frames = frame_tokens();
    const auto count = spatial_tokens() + kPointers * kPointerTokens;
    const auto pointer_tokens =
        net_.reshape("pointers", pointers, {1, kPointers * kPointerTokens, kMemoryWidth});
    values_ = net_.concat("memory", {frames, pointer_tokens}, 1);
    const auto positions = net_.input("memory_pos_embed", {count, 1, kMemoryWidth});
    keys_ = net_.op("Add", "memory.placed",
                    {values_, net_.transpose("memory.places", positions, {1, 0, 2})});
    mask_ = emptiness();
  }
  std::string frame_tokens() {
    const Shape flat{1, spatial_tokens(), kMemoryWidth};
    if (layout_.latents)
      return net_.reshape("frames",
                          net_.input("memory_1", {kMemorySlots, slot_tokens_, kMemoryWidth}), flat);
    const auto frames = net_.input("memory_1", {kMemorySlots, kMemoryWidth, side_, side_});
    const auto planes =
        net_.reshape("frames.planes", frames, {kMemorySlots, kMemoryWidth, slot_tokens_});
    return net_.reshape("frames", net_.transpose("frames.tokens", planes, {0, 2, 1}), flat);
  }
  // From one flag a slot and a pointer to what is added to each token's products.
  std::string emptiness() {
    const auto valid =
        net_.graph().input("memory_valid", {kMemorySlots + kPointers}, ElementType::boolean);
    const auto bias =
        net_.op("Where", "valid.bias",
                {valid, net_.scalar("valid.full", 0), net_.scalar("valid.empty", kEmpty)});
    const auto parts = net_.split("valid.parts", bias, {kMemorySlots, kPointers}, 0);
    const auto frames = each("valid.frames", parts[0], kMemorySlots, slot_tokens_);
    const auto pointers = each("valid.pointers", parts[1], kPointers, kPointerTokens);
    return net_.concat("valid", {frames, pointers}, 3);
  }
  std::string each(const std::string& name, const std::string& x, std::int64_t count,
                   std::int64_t tokens) {
    const auto column = net_.reshape(name + ".column", x, {count, 1});
    const auto wide = net_.op("Expand", name + ".wide",
                              {column, net_.graph().integers(name + ".extents", {count, tokens})});
    return net_.reshape(name, wide, {1, 1, 1, count * tokens});
  }

  std::string layer(const std::string& name, const std::string& x) {
    const auto first = layer_norm(net_, name + ".norm1", x, {.width = kVideoWidth});
    const auto own =
        net_.op("Add", name + ".add1", {x, self_attention(name + ".self_attn", first)});
    const auto second = layer_norm(net_, name + ".norm2", own, {.width = kVideoWidth});
    const auto seen =
        net_.op("Add", name + ".add2", {own, cross_attention(name + ".cross_attn_image", second)});
    const auto third = layer_norm(net_, name + ".norm3", seen, {.width = kVideoWidth});
    const auto thought = mlp(net_, name, third,
                             {.width = kVideoWidth,
                              .hidden = kHidden,
                              .activation = ZooActivation::relu,
                              .gain = kBranchGain},
                             {".linear1", ".linear2"});
    return net_.op("Add", name + ".add3", {seen, thought});
  }

  std::string self_attention(const std::string& name, const std::string& x) {
    const Linear square{.inputs = kVideoWidth, .outputs = kVideoWidth};
    const auto queries = turned(name + ".q_rotated", linear(net_, name + ".q_proj", x, square));
    const auto keys = turned(name + ".k_rotated", linear(net_, name + ".k_proj", x, square));
    const auto values = linear(net_, name + ".v_proj", x, square);
    return projected(name, attend(net_, name + ".attend", queries, keys, values, head("")));
  }
  std::string cross_attention(const std::string& name, const std::string& x) {
    const auto queries =
        turned(name + ".q_rotated",
               linear(net_, name + ".q_proj", x, {.inputs = kVideoWidth, .outputs = kVideoWidth}));
    const Linear wider{.inputs = kMemoryWidth, .outputs = kVideoWidth};
    const auto keys = turned_memory(name, linear(net_, name + ".k_proj", keys_, wider));
    const auto values = linear(net_, name + ".v_proj", values_, wider);
    return projected(name, attend(net_, name + ".attend", queries, keys, values, head(mask_)));
  }
  static Heads head(const std::string& mask) {
    return {.heads = 1, .width = kVideoWidth, .mask = mask};
  }
  std::string projected(const std::string& name, const std::string& mixed) {
    return linear(
        net_, name + ".out_proj", mixed,
        {.inputs = kVideoWidth, .outputs = kVideoWidth, .gain = kBranchGain, .power = 0.3});
  }
  std::string turned(const std::string& name, const std::string& x) {
    return rotate(net_, name, x, table_, 1);
  }
  // Pointers have no place in the picture, nor have latents of the whole frame.
  std::string turned_memory(const std::string& name, const std::string& keys) {
    const auto parts =
        net_.split(name + ".k_parts", keys, {spatial_tokens(), kPointers * kPointerTokens}, 1);
    const Shape flat{1, spatial_tokens(), kVideoWidth};
    std::string frames;
    if (layout_.latents) {
      const auto slots =
          net_.reshape(name + ".k_slots", parts[0], {kMemorySlots, slot_tokens_, kVideoWidth});
      const auto kinds = net_.split(name + ".k_kinds", slots,
                                    {slot_tokens_ - slot_table_.tokens, slot_table_.tokens}, 1);
      const auto placed = rotate(net_, name + ".k_rotated", kinds[1], slot_table_, kMemorySlots);
      frames = net_.concat(name + ".k_joined", {kinds[0], placed}, 1);
    } else {
      frames = rotate(net_, name + ".k_rotated", parts[0], slot_table_, kMemorySlots);
    }
    return net_.concat(name + ".k_all", {net_.reshape(name + ".k_frames", frames, flat), parts[1]},
                       1);
  }

  NetBuilder net_;
  MemoryLayout layout_;
  std::int64_t side_, slot_tokens_;
  RotaryTable table_, slot_table_;
  std::string keys_, values_, mask_;
};

}  // namespace

ModelGraph memory_attention(const ZooSettings& settings, std::string_view name,
                            const MemoryLayout& layout) {
  return MemoryAttention(settings, name, layout).build();
}

}  // namespace jetmeter
