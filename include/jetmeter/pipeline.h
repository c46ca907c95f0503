// What happens around the inference: frames into input tensors, output tensors into results. A
// PipelineKind is a job (detection); a Head is one way in which detectors lay out their outputs.
// A Pipeline belongs to one session and is used by one thread; it allocates nothing per frame.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/backend.h"
#include "jetmeter/core.h"
#include "jetmeter/detection.h"
#include "jetmeter/frames.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// How a frame is fitted into the model's input.
enum class Fit { letterbox, letterbox_top_left, stretch };
enum class Channels { rgb, bgr };

// tensor = (pixel * scale - mean[c]) / stdev[c]; c counts in the tensor's channel order.
struct Preprocess {
  Fit fit = Fit::letterbox;
  Channels channels = Channels::rgb;
  float scale = 1.0F / 255;
  std::array<float, 3> mean{0, 0, 0};
  std::array<float, 3> stdev{1, 1, 1};
  std::uint8_t pad = 114;  // grey of the letterbox's border, before scale and mean
};

// Of both sides, where neither a person nor the model's metadata says another.
inline constexpr int kDefaultImageSize = 640;

struct PipelineOptions {
  std::string head = "auto";
  // Each overrides the head's preset.
  std::optional<Fit> fit;
  std::optional<Channels> channels;
  std::optional<float> scale;
  std::optional<std::array<float, 3>> mean, stdev;
  float confidence = 0.25F;  // candidates score above it, strictly
  float iou = 0.45F;         // suppressed when IoU is above it, strictly
  int max_detections = 300;  // per frame
  // Fills open input extents; absent: the metadata's, else kDefaultImageSize. A model whose extents
  // are fixed must have it as its longer side.
  std::optional<int> image_size;
  std::vector<std::string> labels;  // empty: model metadata, else COCO when there are 80 classes
};

struct PipelineInfo {
  std::string head;       // "yolo"
  std::string why;        // "output0 is 1x84x8400"
  Preprocess preprocess;  // in force
  int input_width = 0, input_height = 0;
  int classes = 0;
  std::vector<std::string> labels;  // one per class; empty when unknown
  std::string labels_from;          // "model metadata", "coco", "file"
};

class Pipeline {
 public:
  virtual ~Pipeline() = default;
  virtual const PipelineInfo& info() const = 0;
  // Writes the session's input. Remembers the frame's size for postprocess().
  virtual void preprocess(const Image&) = 0;
  // Reads the session's outputs. Best score first; valid until the next call.
  virtual std::span<const Detection> postprocess() = 0;
};

struct PipelineKind {
  std::string_view name;
  std::string_view summary;
  // The input shapes to open a session with: the model's own, open axes filled from the options.
  Result<std::vector<Shape>> (*input_shapes)(const ModelInfo&, const PipelineOptions&);
  // `session` must outlive the pipeline. The outputs' shapes are taken from one run.
  Result<std::unique_ptr<Pipeline>> (*make)(const ModelInfo&, Session& session,
                                            const PipelineOptions&);
};
std::span<const PipelineKind* const> pipeline_kinds();

// ---- detection heads ---------------------------------------------------------------------------

// The boxes of one frame before suppression, in pixels of the model's input. Its owner reserves
// HeadDecoder::capacity(), so that it never grows.
struct Candidates {
  std::vector<Box> boxes;
  std::vector<float> scores;
  std::vector<int> classes;
  void clear();
  // Passes over a box that is not finite: it could neither be suppressed nor reported.
  void add(const Box&, float score, int class_id);
};

// One layout of a detector's outputs, bound to concrete shapes.
class HeadDecoder {
 public:
  virtual ~HeadDecoder() = default;
  // 0 when the layout does not tell (end-to-end heads).
  virtual int classes() const = 0;
  // The most candidates that one decode() appends.
  virtual std::size_t capacity() const = 0;
  // False when the outputs need no further suppression (end-to-end heads).
  virtual bool needs_nms() const = 0;
  // Appends every candidate above `confidence`. One float32 span per output, in model order.
  virtual void decode(std::span<const std::span<const float>> outputs, float confidence,
                      Candidates&) const = 0;
};

struct HeadInput {
  int width = 0, height = 0;            // of the model's input
  std::span<const TensorSpec> outputs;  // concrete shapes
};

struct Head {
  std::string_view name;
  std::string_view summary;  // with the output shapes it reads
  Preprocess preset;
  // Fails with the sentence that says what does not fit.
  Result<std::unique_ptr<HeadDecoder>> (*bind)(const HeadInput&);
};
// In the order in which `auto` tries them.
std::span<const Head* const> heads();

}  // namespace jetmeter
