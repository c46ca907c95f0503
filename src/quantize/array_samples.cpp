#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>

#include "jetmeter/quantize.h"
#include "quantize/digest.h"

namespace jetmeter {
namespace {

// One input's arrays, and how many samples they hold.
struct InputSamples {
  Shape shape;  // of one sample
  std::vector<TensorData> arrays;
  std::int64_t count = 0;
};

class ArraySamples final : public CalibrationSamples {
 public:
  ArraySamples(std::vector<InputSamples> inputs, std::int64_t count, std::string identity)
      : inputs_(std::move(inputs)), count_(count), identity_(std::move(identity)) {
    for (const auto& input : inputs_) shapes_.push_back(input.shape);
  }

  const std::vector<Shape>& shapes() const override { return shapes_; }
  std::int64_t count() const override { return count_; }
  const std::string& identity() const override { return identity_; }
  Result<void> restart(std::int64_t skip) override {
    at_ = skip;
    return {};
  }

  Result<bool> next(std::span<const TensorView> inputs) override {
    if (at_ >= count_) return false;
    for (std::size_t i = 0; i < inputs_.size(); ++i) copy(inputs_[i], at_, inputs[i]);
    ++at_;
    return true;
  }

 private:
  static void copy(const InputSamples& input, std::int64_t at, const TensorView& to) {
    for (const auto& array : input.arrays) {
      const auto samples = static_cast<std::int64_t>(array.bytes.size() / to.bytes);
      if (at < samples) {
        std::memcpy(to.data, array.bytes.data() + static_cast<std::size_t>(at) * to.bytes,
                    to.bytes);
        return;
      }
      at -= samples;
    }
  }

  std::vector<InputSamples> inputs_;
  std::vector<Shape> shapes_;
  std::int64_t count_;
  std::string identity_;
  std::int64_t at_ = 0;
};

// The shape of one sample, of an array that may hold many along its first axis.
Result<Shape> sample_shape(const TensorSpec& input, const TensorData& array) {
  const auto wrong = [&] {
    return fail(fmt::format("array {} is {} {}; the model's input {} is {} {}",
                            in_quotes(array.spec.name), name(array.spec.type),
                            format_shape(array.spec.shape), in_quotes(input.name), name(input.type),
                            format_shape(input.shape)));
  };
  if (array.spec.type != input.type || array.spec.shape.size() != input.shape.size())
    return wrong();
  auto shape = array.spec.shape;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0) return fail(fmt::format("array {} is empty", in_quotes(array.spec.name)));
    if (i > 0 && input.shape[i] != kDynamic && input.shape[i] != shape[i]) return wrong();
  }
  if (shape.empty()) return shape;
  const auto batch = input.shape[0] == kDynamic ? 1 : input.shape[0];
  if (batch <= 0 || shape[0] % batch != 0) return wrong();
  shape[0] = batch;
  return shape;
}

Result<void> check_finite(const TensorData& array) {
  if (array.spec.type != ElementType::float32) return {};
  for (std::size_t i = 0; i + sizeof(float) <= array.bytes.size(); i += sizeof(float)) {
    float value;
    std::memcpy(&value, array.bytes.data() + i, sizeof value);
    if (!std::isfinite(value))
      return fail(fmt::format("array {} holds NaN or infinity; calibration needs finite numbers",
                              in_quotes(array.spec.name)));
  }
  return {};
}

Result<InputSamples> gather(const TensorSpec& input, std::vector<TensorData>& arrays, bool all) {
  InputSamples gathered;
  for (auto& array : arrays) {
    if (!all && array.spec.name != input.name) continue;
    auto shape = sample_shape(input, array);
    if (!shape) return tl::make_unexpected(shape.error());
    if (auto finite = check_finite(array); !finite) return tl::make_unexpected(finite.error());
    if (!gathered.arrays.empty() && *shape != gathered.shape)
      return fail(fmt::format("array {} has samples of {}, those before it {}",
                              in_quotes(array.spec.name), format_shape(*shape),
                              format_shape(gathered.shape)));
    gathered.shape = *std::move(shape);
    gathered.count += gathered.shape.empty() ? 1 : array.spec.shape[0] / gathered.shape[0];
    gathered.arrays.push_back(std::move(array));
  }
  if (!gathered.arrays.empty()) return gathered;
  std::string names;
  for (const auto& array : arrays)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", array.spec.name);
  return fail(fmt::format("the samples have no array for input {}; they have {}",
                          in_quotes(input.name), names.empty() ? "none" : names));
}

std::string identity_of(const std::vector<InputSamples>& inputs, std::int64_t count) {
  SampleDigest digest;
  for (const auto& input : inputs)
    for (const auto& array : input.arrays) {
      digest.add(format_shape(array.spec.shape));
      digest.add(array.bytes);
    }
  return fmt::format("{} samples of arrays {}", count, digest.text());
}

}  // namespace

Result<std::unique_ptr<CalibrationSamples>> array_samples(std::span<const TensorSpec> inputs,
                                                          std::vector<TensorData> arrays,
                                                          std::int64_t limit) {
  const bool named = std::ranges::any_of(arrays, [&](const TensorData& array) {
    return !inputs.empty() && array.spec.name == inputs[0].name;
  });
  std::vector<InputSamples> gathered;
  for (const auto& input : inputs) {
    auto one = gather(input, arrays, inputs.size() == 1 && !named);
    if (!one) return tl::make_unexpected(one.error());
    if (!gathered.empty() && one->count != gathered[0].count)
      return fail(fmt::format("input {} has {} samples, input {} has {}; give as many of each",
                              in_quotes(inputs[0].name), gathered[0].count, in_quotes(input.name),
                              one->count));
    gathered.push_back(std::move(*one));
  }
  if (gathered.empty()) return fail("the model has no input to give samples to");
  const auto count = limit > 0 ? std::min(limit, gathered[0].count) : gathered[0].count;
  auto identity = identity_of(gathered, count);
  return std::make_unique<ArraySamples>(std::move(gathered), count, std::move(identity));
}

Result<std::vector<TensorData>> read_sample_arrays(std::span<const std::filesystem::path> files,
                                                   std::span<const TensorSpec> inputs) {
  std::vector<TensorData> arrays;
  for (const auto& file : files) {
    if (file.extension() == ".npz") {
      auto several = read_npz_file(file);
      if (!several) return tl::make_unexpected(several.error());
      std::ranges::move(*several, std::back_inserter(arrays));
      continue;
    }
    auto one = read_npy_file(file);
    if (!one) return fail(fmt::format("{} {}", in_quotes(file.string()), one.error().what));
    one->spec.name = file.stem().string();
    arrays.push_back(std::move(*one));
  }
  // Members that are no input of the model (targets, names) are common and harmless.
  if (inputs.size() > 1)
    std::erase_if(arrays, [&](const TensorData& array) {
      return std::ranges::none_of(
          inputs, [&](const TensorSpec& input) { return input.name == array.spec.name; });
    });
  return arrays;
}

}  // namespace jetmeter
