#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "jetmeter/pipeline.h"
#include "pipelines/choose_head.h"
#include "pipelines/image_to_tensor.h"
#include "pipelines/labels.h"
#include "pipelines/model_input.h"
#include "pipelines/nms.h"

namespace jetmeter {
namespace {

Result<std::vector<Shape>> input_shapes(const ModelInfo& info, const PipelineOptions& options) {
  auto shape = input_shape(info, options);
  if (!shape) return tl::make_unexpected(shape.error());
  return std::vector<Shape>{std::move(*shape)};
}

// One output of the model as floats; halves are widened into memory of our own.
class FloatOutput {
 public:
  FloatOutput(Session& session, std::size_t index, TensorSpec spec)
      : session_(session), index_(index), spec_(std::move(spec)) {
    if (spec_.type == ElementType::float16)
      widened_.resize(static_cast<std::size_t>(element_count(spec_.shape)));
  }

  std::span<const float> read() {
    const auto view = session_.output(index_);
    if (!std::equal(view.shape.begin(), view.shape.end(), spec_.shape.begin(), spec_.shape.end()))
      throw std::runtime_error(
          fmt::format("output {} was {} and is now {}: outputs whose extents "
                      "depend on the frame cannot be decoded",
                      spec_.name, format_shape(spec_.shape), format_shape(view.shape)));
    if (widened_.empty()) return view.as<float>();
    to_float(view.as<std::uint16_t>(), widened_);
    return widened_;
  }

 private:
  Session& session_;
  std::size_t index_;
  TensorSpec spec_;
  std::vector<float> widened_;
};

class DetectPipeline final : public Pipeline {
 public:
  DetectPipeline(PipelineInfo info, std::unique_ptr<HeadDecoder> decoder,
                 std::vector<FloatOutput> outputs, Session& session, const PipelineOptions& options)
      : info_(std::move(info)),
        decoder_(std::move(decoder)),
        session_(session),
        outputs_(std::move(outputs)),
        values_(outputs_.size()),
        confidence_(options.confidence),
        converter_(info_.preprocess, {info_.input_width, info_.input_height},
                   session.input(0).type),
        suppression_({options.iou, options.max_detections},
                     {decoder_->capacity(), static_cast<std::size_t>(decoder_->classes())}) {
    candidates_.boxes.reserve(decoder_->capacity());
    candidates_.scores.reserve(decoder_->capacity());
    candidates_.classes.reserve(decoder_->capacity());
    detections_.reserve(std::min(decoder_->capacity(),
                                 static_cast<std::size_t>(std::max(0, options.max_detections))));
  }

  const PipelineInfo& info() const override { return info_; }

  void preprocess(const Image& image) override { converter_.convert(image, session_.input(0)); }

  std::span<const Detection> postprocess() override {
    std::transform(outputs_.begin(), outputs_.end(), values_.begin(),
                   [](FloatOutput& output) { return output.read(); });
    candidates_.clear();
    decoder_->decode(values_, confidence_, candidates_);
    const auto kept =
        decoder_->needs_nms() ? suppression_.run(candidates_) : suppression_.best(candidates_);
    detections_.clear();
    for (const auto i : kept)
      detections_.push_back(
          {to_image(candidates_.boxes[i], converter_.placement(), converter_.image_size()),
           candidates_.scores[i], candidates_.classes[i]});
    return detections_;
  }

 private:
  PipelineInfo info_;
  std::unique_ptr<HeadDecoder> decoder_;
  Session& session_;
  std::vector<FloatOutput> outputs_;
  std::vector<std::span<const float>> values_;
  float confidence_;
  ImageToTensor converter_;
  NonMaximumSuppression suppression_;
  Candidates candidates_;
  std::vector<Detection> detections_;
};

bool is_known(std::span<const std::int64_t> shape) {
  return !shape.empty() &&
         std::all_of(shape.begin(), shape.end(), [](std::int64_t extent) { return extent > 0; });
}

// The outputs with the shapes that they have at this input size.
Result<std::vector<TensorSpec>> output_specs(const ModelInfo& info, Session& session) {
  bool all_known = true;
  for (std::size_t i = 0; i < info.outputs.size(); ++i)
    all_known = all_known && is_known(session.output(i).shape);
  if (!all_known)
    if (auto done = session.run(); !done) return tl::make_unexpected(done.error());
  std::vector<TensorSpec> specs;
  for (std::size_t i = 0; i < info.outputs.size(); ++i) {
    const auto view = session.output(i);
    specs.push_back({info.outputs[i].name, view.type, {view.shape.begin(), view.shape.end()}});
    if (view.type != ElementType::float32 && view.type != ElementType::float16)
      return fail(fmt::format("output {} is {}; heads read float32 and float16",
                              info.outputs[i].name, name(view.type)));
  }
  return specs;
}

Result<Preprocess> in_force(Preprocess preset, const PipelineOptions& options) {
  preset.fit = options.fit.value_or(preset.fit);
  preset.channels = options.channels.value_or(preset.channels);
  preset.scale = options.scale.value_or(preset.scale);
  preset.mean = options.mean.value_or(preset.mean);
  preset.stdev = options.stdev.value_or(preset.stdev);
  for (const float value : preset.stdev)
    if (!(value > 0)) return fail("a standard deviation must be above 0; 1 leaves the values");
  return preset;
}

Result<std::unique_ptr<Pipeline>> make(const ModelInfo& model, Session& session,
                                       const PipelineOptions& options) {
  if (auto shape = input_shape(model, options); !shape) return tl::make_unexpected(shape.error());
  const auto specs = output_specs(model, session);
  if (!specs) return tl::make_unexpected(specs.error());
  const auto extents = session.input(0).shape;
  PipelineInfo info;
  info.input_height = static_cast<int>(extents[2]);
  info.input_width = static_cast<int>(extents[3]);

  auto labels = known_labels(model, options);
  auto chosen = choose_head(options.head, {info.input_width, info.input_height, *specs}, labels);
  if (!chosen) return tl::make_unexpected(chosen.error());
  const auto preprocess = in_force(chosen->head->preset, options);
  if (!preprocess) return tl::make_unexpected(preprocess.error());

  info.head = chosen->head->name;
  info.why = std::move(chosen->why);
  info.preprocess = *preprocess;
  info.classes = chosen->decoder->classes();
  labels = or_coco(std::move(labels), info.classes);
  if (info.classes == 0) info.classes = static_cast<int>(labels.names.size());
  info.labels = std::move(labels.names);
  info.labels_from = std::move(labels.from);
  std::vector<FloatOutput> outputs;
  for (std::size_t i = 0; i < specs->size(); ++i) outputs.emplace_back(session, i, (*specs)[i]);
  return std::make_unique<DetectPipeline>(std::move(info), std::move(chosen->decoder),
                                          std::move(outputs), session, options);
}

}  // namespace

extern const PipelineKind detect_pipeline{
    "detect", "object detection: a frame in, boxes with class and score out", input_shapes, make};

}  // namespace jetmeter
