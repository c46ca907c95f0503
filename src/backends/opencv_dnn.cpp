// OpenCV's DNN module, on the CPU. It computes in float32 and takes nothing else. A net is not
// thread-safe and a copy of it shares its state, so the sessions of one model take turns.
#include <fmt/format.h>

#include <cassert>
#include <chrono>
#include <cmath>
#include <mutex>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/core/version.hpp>
#include <opencv2/dnn.hpp>
#include <optional>

#include "backends/layer_sums.h"
#include "backends/model_file.h"
#include "backends/onnx_signature.h"
#include "backends/tensor_buffer.h"
#include "jetmeter/backend.h"

namespace jetmeter {
namespace {

// OpenCV prints what it also throws. The level is the process's; it is put back.
class QuietLog {
 public:
  QuietLog() : before_(cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT)) {}
  ~QuietLog() { cv::utils::logging::setLogLevel(before_); }
  QuietLog(const QuietLog&) = delete;
  QuietLog& operator=(const QuietLog&) = delete;

 private:
  cv::utils::logging::LogLevel before_;
};

// The description, without the version, file and line of OpenCV's source that what() begins with.
std::string words_of(const cv::Exception& error) {
  return one_line(error.err.empty() ? error.msg : error.err);
}

ElementType element_type(int depth) {
  switch (depth) {
    case CV_32F: return ElementType::float32;
    case CV_64F: return ElementType::float64;
    case CV_16F: return ElementType::float16;
    case CV_8S: return ElementType::int8;
    case CV_8U: return ElementType::uint8;
    case CV_16S: return ElementType::int16;
    case CV_16U: return ElementType::uint16;
    case CV_32S: return ElementType::int32;
    default: return ElementType::other;
  }
}

std::vector<int> extents_of(const Shape& shape) {
  return {shape.begin(), shape.end()};
}

// A Mat has two axes or more. Where the model declares a shape of as many elements, that is meant.
Shape shape_of(const cv::Mat& mat, const Shape& declared) {
  if (is_concrete(declared) && element_count(declared) == static_cast<std::int64_t>(mat.total()))
    return declared;
  return {mat.size.p, mat.size.p + mat.dims};
}

// As the file has it: the importer sets "onnx_node!" or "onnx_node_output_0!" before it.
std::string_view name_in_file(std::string_view name) {
  const auto mark = name.starts_with("onnx_node") ? name.find('!') : name.npos;
  return mark == name.npos ? name : name.substr(mark + 1);
}

// Adds the last forward's layers, which are computed one after the other in the order of their ids.
// One that was fused into another took no tick.
void add_layers(cv::dnn::Net& net, LayerSums& sums) {
  std::vector<double> ticks;
  net.getPerfProfile(ticks);
  const double nanoseconds_per_tick = 1e9 / cv::getTickFrequency();
  Nanoseconds begin{0};
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    if (ticks[i] <= 0) continue;
    const auto id = static_cast<int>(i) + 1;  // 0 is the inputs
    const auto layer = net.getLayer(id);
    const Nanoseconds time(std::llround(ticks[i] * nanoseconds_per_tick));
    sums.add(sums.layer(std::to_string(id), name_in_file(layer->name), layer->type, "cpu"), begin,
             time);
    begin += time;
  }
  sums.end_run();
}

class DnnModel final : public Model, public std::enable_shared_from_this<DnnModel> {
 public:
  DnnModel(const cv::dnn::Net& net, ModelInfo info, bool profiles_layers)
      : net_(net), info_(std::move(info)), profiles_layers_(profiles_layers) {
    for (const auto& output : info_.outputs) output_names_.push_back(output.name);
  }
  const ModelInfo& info() const override { return info_; }
  Result<std::unique_ptr<Session>> open(std::span<const Shape> input_shapes) override;

  bool profiles_layers() const { return profiles_layers_; }

  // Feeds, runs and hands every output to `take` while no other session can touch the net. Returns
  // how long the net computed.
  template <typename Take>
  Nanoseconds run(std::span<const cv::Mat> inputs, std::vector<cv::Mat>& outputs, LayerSums& sums,
                  Take take) {
    using std::chrono::steady_clock;
    const std::lock_guard turn(mutex_);
    for (std::size_t i = 0; i < inputs.size(); ++i) net_.setInput(inputs[i], info_.inputs[i].name);
    const auto begin = steady_clock::now();
    net_.forward(outputs, output_names_);
    const Nanoseconds compute = steady_clock::now() - begin;
    if (profiles_layers_) add_layers(net_, sums);
    for (std::size_t i = 0; i < outputs.size(); ++i) take(i, outputs[i]);
    return compute;
  }

 private:
  std::mutex mutex_;
  cv::dnn::Net net_;  // a handle: copies of it are the same net
  ModelInfo info_;
  std::vector<cv::String> output_names_;
  bool profiles_layers_;
};

class DnnSession final : public Session {
 public:
  DnnSession(std::shared_ptr<DnnModel> model, std::vector<Shape> shapes)
      : model_(std::move(model)), outputs_(model_->info().outputs.size()) {
    for (auto& shape : shapes) {
      const auto extents = extents_of(shape);
      inputs_.emplace_back(ElementType::float32, std::move(shape));
      mats_.emplace_back(extents, CV_32F, inputs_.back().view().data);
    }
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      const auto& spec = model_->info().outputs[i];
      if (spec.type == ElementType::float32 && is_concrete(spec.shape))
        outputs_[i].emplace(spec.type, spec.shape);
    }
  }

  TensorView input(std::size_t index) override {
    assert(index < inputs_.size());
    return inputs_[index].view();
  }

  TensorView output(std::size_t index) override {
    assert(index < outputs_.size());
    if (outputs_[index]) return outputs_[index]->view();
    const auto& spec = model_->info().outputs[index];
    return {spec.type, spec.shape, nullptr, 0};
  }

  Result<void> run() override try {
    stages_ = {};
    stages_.compute = model_->run(mats_, results_, sums_,
                                  [this](std::size_t i, const cv::Mat& mat) { keep(i, mat); });
    return {};
  } catch (const cv::Exception& error) {
    return fail(words_of(error));
  }

  RunStages stages() const override { return stages_; }

  Result<std::vector<LayerTime>> layers() override {
    if (!model_->profiles_layers()) return fail(std::string(kNotProfiled));
    return sums_.layers();
  }

 private:
  // Into our buffer, which is made here when only the run tells the shape.
  void keep(std::size_t index, const cv::Mat& mat) {
    auto& buffer = outputs_[index];
    const auto bytes = mat.total() * mat.elemSize();
    if (!buffer || buffer->view().bytes != bytes ||
        buffer->view().type != element_type(mat.depth()))
      buffer.emplace(element_type(mat.depth()), shape_of(mat, model_->info().outputs[index].shape));
    cv::Mat header(mat.dims, mat.size.p, mat.type(), buffer->view().data);
    mat.copyTo(header);
  }

  std::shared_ptr<DnnModel> model_;
  std::vector<TensorBuffer> inputs_;
  std::vector<cv::Mat> mats_;  // headers over inputs_
  std::vector<std::optional<TensorBuffer>> outputs_;
  RunStages stages_;
  LayerSums sums_;
  std::vector<cv::Mat> results_;  // kept between runs so that the vector is allocated once
};

Result<std::unique_ptr<Session>> DnnModel::open(std::span<const Shape> input_shapes) {
  auto shapes = input_shapes_to_open(info_.inputs, input_shapes);
  if (!shapes) return tl::make_unexpected(shapes.error());
  for (std::size_t i = 0; i < shapes->size(); ++i)
    if (element_count((*shapes)[i]) == 0)
      return fail(fmt::format("input {} is {}, and opencv_dnn takes no empty tensors",
                              in_quotes(info_.inputs[i].name), format_shape((*shapes)[i])));
  return std::make_unique<DnnSession>(shared_from_this(), std::move(*shapes));
}

// The net keeps no types: what is declared otherwise would be read as float32 in silence.
Result<void> check_inputs(const OnnxSignature& signature) {
  for (const auto& input : signature.inputs)
    if (input.type != ElementType::float32)
      return fail(fmt::format("opencv_dnn takes float32 inputs only, but input {} is {}",
                              in_quotes(input.name), name(input.type)));
  return {};
}

Result<std::shared_ptr<Model>> load(const std::filesystem::path& path,
                                    const LoadOptions& options) try {
  if (auto good = check_model_file(path); !good) return tl::make_unexpected(good.error());
  if (!options.device.empty() && options.device != "cpu")
    return fail(
        fmt::format("there is no device {}; opencv_dnn has cpu", in_quotes(options.device)));
  if (!options.options.empty())
    return fail(fmt::format("opencv_dnn takes no options, but was given {}",
                            in_quotes(options.options.front().first)));
  auto signature = read_onnx_signature(path);
  if (!signature) return tl::make_unexpected(signature.error());
  if (auto good = check_inputs(*signature); !good) return tl::make_unexpected(good.error());

  const QuietLog quiet;
  if (options.threads > 0) cv::setNumThreads(options.threads);
  auto net = cv::dnn::readNetFromONNX(path.string());
  net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
  net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
  ModelInfo info;
  info.inputs = std::move(signature->inputs);
  info.outputs = std::move(signature->outputs);
  info.metadata = std::move(signature->metadata);
  info.format = "onnx";
  info.device = "cpu";
  info.precision = "float32";
  info.version = CV_VERSION;
  return std::make_shared<DnnModel>(net, std::move(info), options.profile_layers);
} catch (const cv::Exception& error) {
  return fail(words_of(error));
}

BackendProbe probe() {
  return {.available = true,
          .reason = "",
          .version = CV_VERSION,
          .devices = {"cpu"},
          .precisions = {"float32"}};
}

}  // namespace

extern const Backend opencv_dnn_backend{
    "opencv_dnn",
    "OpenCV DNN: ONNX models on the CPU; sessions of one model take turns, threads are set for the "
    "whole process",
    ".onnx", probe, load};

}  // namespace jetmeter
