#include "cli/model_samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "jetmeter/inputs.h"

namespace jetmeter {
namespace {

using FillSample = std::function<Result<void>(std::size_t, std::span<const TensorView>)>;

std::vector<std::filesystem::path> pictures_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> pictures;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    auto suffix = entry.path().extension().string();
    std::ranges::transform(suffix, suffix.begin(), [](unsigned char c) { return std::tolower(c); });
    if (suffix == ".jpg" || suffix == ".jpeg" || suffix == ".png" || suffix == ".bmp")
      pictures.push_back(entry.path());
  }
  std::ranges::sort(pictures);
  return pictures;
}

// From levels / 255, RGB, in planes.
void prepare_planes(std::span<float> values, const PixelOptions& options) {
  const auto area = values.size() / 3;
  if (options.bgr)
    std::swap_ranges(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(area),
                     values.end() - static_cast<std::ptrdiff_t>(area));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto c = std::min<std::size_t>(2, i / area);
    values[i] = (values[i] * 255 * options.scale - options.mean[c]) / options.stdev[c];
  }
}

void swap_channels(std::span<std::byte> pixels) {
  for (std::size_t i = 0; i + 2 < pixels.size(); i += 3) std::swap(pixels[i], pixels[i + 2]);
}

Result<FillSample> fill_from_pictures(const std::filesystem::path& folder,
                                      std::vector<std::filesystem::path> pictures,
                                      std::vector<TensorSpec> specs, const PixelOptions& pixels) {
  if (pictures.empty())
    return fail(
        fmt::format("{} has no pictures (.jpg .jpeg .png .bmp)", in_quotes(folder.string())));
  if (specs.size() != 1)
    return fail(fmt::format("pictures fill a model of one input and this one has {}; give an .npz",
                            specs.size()));
  return FillSample([=](std::size_t index, std::span<const TensorView> inputs) -> Result<void> {
    Fill picture;
    picture.kind = FillKind::image;
    picture.file = pictures[index];
    auto made = make_inputs(specs, {{"", picture}}, 0);
    if (!made) return tl::make_unexpected(made.error());
    auto& bytes = made->front().bytes;
    const auto& shape = specs[0].shape;
    if (specs[0].type == ElementType::float32 && shape.size() == 4 && shape[1] == 3) {
      const auto values = std::span(reinterpret_cast<float*>(bytes.data()), bytes.size() / 4);
      const auto one = values.size() / static_cast<std::size_t>(shape[0]);
      for (std::size_t at = 0; one > 0 && at < values.size(); at += one)
        prepare_planes(values.subspan(at, one), pixels);
    }
    if (pixels.bgr_pixels && specs[0].type == ElementType::uint8 && shape.back() == 3)
      swap_channels(bytes);
    std::memcpy(inputs[0].data, bytes.data(), inputs[0].bytes);
    return {};
  });
}

// An input's array, and how many samples are in it.
struct Sampled {
  std::shared_ptr<const std::vector<std::byte>> bytes;
  std::size_t one = 0;  // bytes of a sample
};

Result<Sampled> array_of(std::vector<TensorData>& arrays, const TensorSpec& spec) {
  const auto found = std::ranges::find_if(
      arrays, [&](const auto& each) { return each.spec.name == spec.name || arrays.size() == 1; });
  if (found == arrays.end()) return fail(fmt::format("it has no array {}", in_quotes(spec.name)));
  const auto& shape = found->spec.shape;
  const auto fits = [&] {
    if (shape == spec.shape) return true;
    return shape.size() == spec.shape.size() && !shape.empty() && spec.shape[0] > 0 &&
           shape[0] % spec.shape[0] == 0 &&
           std::equal(shape.begin() + 1, shape.end(), spec.shape.begin() + 1);
  };
  const auto one = static_cast<std::size_t>(element_count(spec.shape)) * element_bytes(spec.type);
  if (found->spec.type != spec.type || !fits() || one == 0)
    return fail(fmt::format("its array for {} is {} {} and the model takes {} {}",
                            in_quotes(spec.name), name(found->spec.type), format_shape(shape),
                            name(spec.type), format_shape(spec.shape)));
  return Sampled{std::make_shared<const std::vector<std::byte>>(found->bytes), one};
}

Result<std::pair<FillSample, std::size_t>> fill_from_npz(const std::filesystem::path& file,
                                                         std::span<const TensorSpec> specs) {
  auto arrays = read_npz_file(file);
  if (!arrays) return tl::make_unexpected(arrays.error());
  std::vector<Sampled> inputs;
  std::size_t size = SIZE_MAX;
  for (const auto& spec : specs) {
    auto sampled = array_of(*arrays, spec);
    if (!sampled)
      return fail(fmt::format("{}: {}", in_quotes(file.string()), sampled.error().what));
    size = std::min(size, sampled->bytes->size() / sampled->one);
    inputs.push_back(*std::move(sampled));
  }
  return std::pair{
      FillSample([inputs](std::size_t index, std::span<const TensorView> views) -> Result<void> {
        for (std::size_t i = 0; i < views.size(); ++i)
          std::memcpy(views[i].data, inputs[i].bytes->data() + index * inputs[i].one,
                      inputs[i].one);
        return {};
      }),
      inputs.empty() ? 0 : size};
}

}  // namespace

Result<ModelSamples> ModelSamples::open(const std::filesystem::path& path,
                                        std::span<const TensorSpec> concrete,
                                        const PixelOptions& pixels, std::size_t limit) {
  ModelSamples samples;
  if (std::filesystem::is_directory(path)) {
    const auto pictures = pictures_in(path);
    auto fill = fill_from_pictures(path, pictures, {concrete.begin(), concrete.end()}, pixels);
    if (!fill) return tl::make_unexpected(fill.error());
    samples.fill_ = *std::move(fill);
    samples.size_ = std::min(limit, pictures.size());
    return samples;
  }
  if (path.extension() != ".npz")
    return fail(fmt::format("{} is neither a folder of pictures nor an .npz file",
                            in_quotes(path.string())));
  auto filled = fill_from_npz(path, concrete);
  if (!filled) return tl::make_unexpected(filled.error());
  samples.fill_ = std::move(filled->first);
  samples.size_ = std::min(limit, filled->second);
  return samples;
}

std::function<Result<bool>(std::span<const TensorView>)> ModelSamples::begin() const {
  return [fill = fill_, size = size_,
          next = std::size_t{0}](std::span<const TensorView> inputs) mutable -> Result<bool> {
    if (next >= size) return false;
    if (auto good = fill(next++, inputs); !good) return tl::make_unexpected(good.error());
    return true;
  };
}

}  // namespace jetmeter
