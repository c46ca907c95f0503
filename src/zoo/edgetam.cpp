// EdgeTAM, cut into the four parts of a video tracker.
#include "zoo/repvit.h"
#include "zoo/video_parts.h"

namespace jetmeter {
namespace {

constexpr MemoryLayout kLayout{.layers = 2, .latents = true};

ModelGraph build_encoder(const ZooSettings& settings) {
  NetBuilder net("edgetam-image-encoder", settings);
  const auto size = settings.at("imgsz");
  const FeatureMap image{net.input("image", {1, 3, size, size}), 3, size, 1};
  finish_image_encoder(net, repvit_m1(net, "trunk", image));
  return net.take();
}
ModelGraph build_decoder(const ZooSettings& settings) {
  return mask_decoder(settings, "edgetam-image-decoder");
}
ModelGraph build_attention(const ZooSettings& settings) {
  return memory_attention(settings, "edgetam-memory-attention", kLayout);
}
ModelGraph build_memory(const ZooSettings& settings) {
  return memory_encoder(settings, "edgetam-memory-encoder", kLayout);
}

constexpr ZooNumber kNumbers[] = {video_imgsz(), zoo_opset(17, 17)};
constexpr ZooNumber kDecoderNumbers[] = {video_imgsz(), zoo_opset(17, 17), video_points()};

constexpr ZooModel kModels[] = {
    {"edgetam-image-encoder", "EdgeTAM: RepViT M1 and its neck, once a frame", build_encoder,
     kNumbers},
    {"edgetam-image-decoder", "EdgeTAM: prompt encoder and mask decoder", build_decoder,
     kDecoderNumbers},
    {"edgetam-memory-attention", "EdgeTAM: 2 layers over 7 frames and 16 pointers", build_attention,
     kNumbers},
    {"edgetam-memory-encoder", "EdgeTAM: what is remembered of a frame, as 512 tokens",
     build_memory, kNumbers}};

}  // namespace

extern const ZooFamily edgetam_zoo{kModels};

}  // namespace jetmeter
