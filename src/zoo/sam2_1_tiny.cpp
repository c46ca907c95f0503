// SAM 2.1 tiny, cut into the four parts of a video tracker.
#include "zoo/hiera.h"
#include "zoo/video_parts.h"

namespace jetmeter {
namespace {

constexpr MemoryLayout kLayout{.layers = 4, .latents = false};

ModelGraph build_encoder(const ZooSettings& settings) {
  NetBuilder net("sam2.1-tiny-image-encoder", settings);
  const auto size = settings.at("imgsz");
  const FeatureMap image{net.input("image", {1, 3, size, size}), 3, size, 1};
  finish_image_encoder(net, hiera(net, "trunk", image, Hiera{}));
  return net.take();
}
ModelGraph build_decoder(const ZooSettings& settings) {
  return mask_decoder(settings, "sam2.1-tiny-image-decoder");
}
ModelGraph build_attention(const ZooSettings& settings) {
  return memory_attention(settings, "sam2.1-tiny-memory-attention", kLayout);
}
ModelGraph build_memory(const ZooSettings& settings) {
  return memory_encoder(settings, "sam2.1-tiny-memory-encoder", kLayout);
}

constexpr ZooNumber kNumbers[] = {video_imgsz(), zoo_opset(17, 17)};
constexpr ZooNumber kDecoderNumbers[] = {video_imgsz(), zoo_opset(17, 17), video_points()};

constexpr ZooModel kModels[] = {
    {"sam2.1-tiny-image-encoder", "SAM 2.1 tiny: Hiera and its neck, once a frame", build_encoder,
     kNumbers},
    {"sam2.1-tiny-image-decoder", "SAM 2.1 tiny: prompt encoder and mask decoder", build_decoder,
     kDecoderNumbers},
    {"sam2.1-tiny-memory-attention", "SAM 2.1 tiny: 4 layers over 7 frames and 16 pointers",
     build_attention, kNumbers},
    {"sam2.1-tiny-memory-encoder", "SAM 2.1 tiny: what is remembered of a frame", build_memory,
     kNumbers}};

}  // namespace

extern const ZooFamily sam2_1_tiny_zoo{kModels};

}  // namespace jetmeter
