// The four parts of a tracker of objects through a video, as SAM 2.1 and EdgeTAM are cut for
// runtimes without a host language: image encoder, prompt encoder with mask decoder, memory
// attention, memory encoder. Every shape is fixed: the memory is a bank of kMemorySlots frames and
// kPointers object pointers, and a mask says which of them hold something. Batch 1, one object.
#pragma once

#include <vector>

#include "zoo/token_blocks.h"

namespace jetmeter {

constexpr std::int64_t kMemorySlots = 7, kPointers = 16;
constexpr std::int64_t kVideoWidth = 256, kMemoryWidth = 64;  // channels
constexpr std::int64_t kPointerTokens = kVideoWidth / kMemoryWidth;
constexpr std::int64_t kVideoStride = 16;  // pixels of the image per pixel of the features

inline std::int64_t feature_side(const NetBuilder& net) {
  return net.settings().at("imgsz") / kVideoStride;
}

// Fuses the trunk's four stages into `pix_feat` and two finer maps for the mask decoder:
// high_res_feat0 (stride 4, 32 channels), high_res_feat1 (8, 64). `vision_feats` is pix_feat as
// it goes into the first frame's decoder, where there is no memory.
void finish_image_encoder(NetBuilder&, const std::vector<FeatureMap>& stages);

// point_coords 1 x points x 2, point_labels 1 x points (1 in, 0 out, 2 and 3 a box's corners, -1
// nothing), image_embed, high_res_feats_0, high_res_feats_1 -> obj_ptr, mask_for_mem, pred_mask,
// iou, object_score_logits.
ModelGraph mask_decoder(const ZooSettings&, std::string_view name);

// How a remembered frame is laid out.
struct MemoryLayout {
  int layers = 4;
  bool latents = false;  // 256 of the whole frame and 16 x 16 of its parts, not one a pixel
  std::int64_t tokens(std::int64_t side) const { return latents ? 512 : side * side; }
};
ModelGraph memory_attention(const ZooSettings&, std::string_view name, const MemoryLayout&);
ModelGraph memory_encoder(const ZooSettings&, std::string_view name, const MemoryLayout&);

// Resamples 1 x 64 x side x side to the tokens of MemoryLayout::latents, 1 x 512 x 64, with their
// positions.
struct Latents {
  std::string tokens, positions;
};
Latents perceiver(NetBuilder&, const std::string& name, const FeatureMap&);

// Numbers of every part.
constexpr ZooNumber video_imgsz() {
  return {.name = "imgsz",
          .summary = "pixels of the image, both sides",
          .otherwise = 1024,
          .least = 256,
          .most = 2048,
          .step = 256};
}

constexpr ZooNumber video_points() {
  return {.name = "points",
          .summary = "clicks and corners of a box",
          .otherwise = 2,
          .least = 1,
          .most = 64};
}

}  // namespace jetmeter
