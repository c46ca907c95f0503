#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <system_error>

#include "jetmeter/quantize.h"
#include "quantize/digest.h"

namespace jetmeter {
namespace {

std::string words(const Preprocess& p) {
  return fmt::format("fit {}, {}, scale {:.6g}, mean {:g} {:g} {:g}, std {:g} {:g} {:g}",
                     p.fit == Fit::stretch              ? "stretch"
                     : p.fit == Fit::letterbox_top_left ? "letterbox-top-left"
                                                        : "letterbox",
                     p.channels == Channels::bgr ? "bgr" : "rgb", p.scale, p.mean[0], p.mean[1],
                     p.mean[2], p.stdev[0], p.stdev[1], p.stdev[2]);
}

// The pipeline writes into a session of its own, from which every sample is copied.
class ImageSamples final : public CalibrationSamples {
 public:
  ImageSamples(std::string source, std::int64_t count, std::string identity,
               std::unique_ptr<Session> session, std::unique_ptr<Pipeline> pipeline)
      : source_(std::move(source)),
        count_(count),
        identity_(std::move(identity)),
        session_(std::move(session)),
        pipeline_(std::move(pipeline)) {
    const auto shape = session_->input(0).shape;
    shapes_.emplace_back(shape.begin(), shape.end());
  }

  const std::vector<Shape>& shapes() const override { return shapes_; }
  std::int64_t count() const override { return count_; }
  const std::string& identity() const override { return identity_; }

  std::vector<std::string> warnings() const override {
    std::vector<std::string> list;
    if (!frames_) return list;
    for (const auto& bad : frames_->bad())
      list.push_back(fmt::format("{} {}", bad.name, bad.reason));
    return list;
  }

  Result<bool> next(std::span<const TensorView> inputs) override {
    if (!frames_)
      if (auto begun = restart(0); !begun) return tl::make_unexpected(begun.error());
    if (given_ >= count_) return false;
    auto got = frames_->next(frame_);
    if (!got || !*got) return got;
    ++given_;
    pipeline_->preprocess(frame_.image());
    const auto from = session_->input(0);
    if (inputs.size() != 1 || inputs[0].bytes != from.bytes)
      return fail("pictures do not fit the model's inputs");
    std::memcpy(inputs[0].data, from.data, from.bytes);
    return true;
  }

  Result<void> restart(std::int64_t skip) override {
    auto opened = open_source(source_);
    if (!opened) return tl::make_unexpected(opened.error());
    frames_ = std::move(*opened);
    for (given_ = 0; given_ < skip; ++given_) {
      const auto got = frames_->next(frame_);  // not skip(): a bad one is no sample
      if (!got) return tl::make_unexpected(got.error());
      if (!*got) break;
    }
    return {};
  }

 private:
  std::string source_;
  std::int64_t count_;
  std::string identity_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Pipeline> pipeline_;
  std::vector<Shape> shapes_;
  std::unique_ptr<FrameSource> frames_;
  Frame frame_;
  std::int64_t given_ = 0;
};

// Names and sizes: who exchanges a picture for another of as many bytes is not noticed.
std::string digest_of(const SourceInfo& info, std::int64_t count) {
  SampleDigest digest;
  digest.add(info.kind);
  for (std::int64_t i = 0; i < count && i < std::ssize(info.names); ++i) {
    const auto& name = info.names[static_cast<std::size_t>(i)];
    std::error_code error;
    const auto size =
        std::filesystem::file_size(std::filesystem::path(info.location) / name, error);
    digest.add(fmt::format("{} {}", name, error ? 0 : size));
  }
  if (info.names.empty()) digest.add(info.location);
  return digest.text();
}

Result<std::int64_t> frames_to_take(const SourceInfo& info, std::int64_t limit) {
  if (info.live) return fail("a camera cannot be calibrated with: it gives no picture twice");
  if (!info.frames && limit == 0)
    return fail("the calibration source does not end; say how many samples to take");
  if (!info.frames) return limit;
  return limit == 0 ? *info.frames : std::min(limit, *info.frames);
}

struct Preprocessor {
  std::unique_ptr<Session> session;
  std::unique_ptr<Pipeline> pipeline;
};

Result<Preprocessor> preprocessor(const std::filesystem::path& path,
                                  const ImageSamplesOptions& options) {
  const auto kinds = pipeline_kinds();
  const auto& kind = *kinds.front();
  const auto choice = choose_backend("auto", path);
  if (!choice) return tl::make_unexpected(choice.error());
  const auto model = load_model(*choice, path, options.load, "");
  if (!model) return tl::make_unexpected(model.error());
  const auto shapes = kind.input_shapes((*model)->info(), options.pipeline);
  if (!shapes) return tl::make_unexpected(shapes.error());
  auto session = (*model)->open(*shapes);
  if (!session) return tl::make_unexpected(session.error());
  auto pipeline = kind.make((*model)->info(), **session, options.pipeline);
  if (!pipeline)
    return fail(
        fmt::format("it is unknown how pictures become this model's input: {}; give samples "
                    "as a .npz",
                    pipeline.error().what));
  return Preprocessor{std::move(*session), std::move(*pipeline)};
}

}  // namespace

Result<std::unique_ptr<CalibrationSamples>> image_samples(const std::filesystem::path& model,
                                                          const ImageSamplesOptions& options) {
  const auto source = open_source(options.source);
  if (!source) return tl::make_unexpected(source.error());
  const auto count = frames_to_take((*source)->info(), options.limit);
  if (!count) return tl::make_unexpected(count.error());
  auto prepared = preprocessor(model, options);
  if (!prepared) return tl::make_unexpected(prepared.error());
  auto identity = fmt::format("{} pictures {}, {}", *count, digest_of((*source)->info(), *count),
                              words(prepared->pipeline->info().preprocess));
  return std::make_unique<ImageSamples>(options.source, *count, std::move(identity),
                                        std::move(prepared->session),
                                        std::move(prepared->pipeline));
}

}  // namespace jetmeter
