#include "cli/verify_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace jetmeter {
namespace {

constexpr std::size_t kUsualRuns = 4;

std::string lower_extension(const std::filesystem::path& path) {
  auto text = path.extension().string();
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool is_array(const std::filesystem::path& path) {
  return lower_extension(path) == ".npz" || lower_extension(path) == ".npy";
}
bool is_picture(const std::filesystem::path& path) {
  static constexpr std::array<std::string_view, 4> kEndings{".jpg", ".jpeg", ".png", ".bmp"};
  return std::ranges::find(kEndings, lower_extension(path)) != kEndings.end();
}

Result<FeedPlan> plan_folder(const FeedRequest& request) {
  FeedPlan plan;
  std::vector<std::filesystem::path> pictures;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(request.data, failed)) {
    if (is_array(entry.path())) plan.files.push_back(entry.path());
    if (is_picture(entry.path())) pictures.push_back(entry.path());
  }
  plan.kind = plan.files.empty() ? FeedKind::pictures : FeedKind::arrays;
  if (plan.files.empty()) plan.files = std::move(pictures);
  if (failed || plan.files.empty())
    return fail(fmt::format("--data {} holds neither .npz or .npy files nor pictures",
                            in_quotes(request.data)));
  std::ranges::sort(plan.files);
  if (request.runs > 0) plan.files.resize(std::min(plan.files.size(), request.runs));
  return plan;
}

Result<std::vector<TensorData>> arrays_in(const std::filesystem::path& file) {
  if (lower_extension(file) == ".npz") return read_npz_file(file);
  auto one = read_npy_file(file);
  if (!one) return fail(fmt::format("{} {}", in_quotes(file.string()), one.error().what));
  one->spec.name.clear();
  std::vector<TensorData> arrays;
  arrays.push_back(*std::move(one));
  return arrays;
}

// Null: there is none by that name. An .npy has no names, and is for every input.
const TensorData* array_for(std::span<const TensorData> arrays, std::string_view input,
                            bool only_input) {
  for (const auto& array : arrays)
    if (array.spec.name == input) return &array;
  const bool alone = arrays.size() == 1 && (only_input || arrays[0].spec.name.empty());
  return alone ? &arrays[0] : nullptr;
}

// 1 of one that fits as a whole, and of one that does not fit at all.
std::size_t samples_in(const Shape& array, const Shape& input) {
  if (array.empty() || array.size() != input.size() || input[0] <= 0 || array[0] <= 0 ||
      array[0] % input[0] != 0 || !std::equal(array.begin() + 1, array.end(), input.begin() + 1))
    return 1;
  return static_cast<std::size_t>(array[0] / input[0]);
}

// As many for every input.
Result<std::size_t> samples_in(const std::filesystem::path& file,
                               std::span<const TensorSpec> inputs) {
  const auto arrays = arrays_in(file);
  if (!arrays) return tl::make_unexpected(arrays.error());
  std::optional<std::size_t> count;
  for (const auto& input : inputs) {
    const auto* array = array_for(*arrays, input.name, inputs.size() == 1);
    if (array == nullptr) continue;  // named when it is read
    const auto here = samples_in(array->spec.shape, input.shape);
    if (count && *count != here)
      return fail(fmt::format("{}: input {} has {} samples, input {} has {}; give as many of each",
                              in_quotes(file.string()), in_quotes(inputs[0].name), *count,
                              in_quotes(input.name), here));
    count = here;
  }
  return count.value_or(1);
}

// All of a file's samples at once, for each input.
Result<void> hold_file(FeedPlan& plan, const FeedPlan::Sample& sample,
                       std::span<const TensorSpec> specs) {
  if (plan.held_file == sample.file) return {};
  std::vector<TensorSpec> whole(specs.begin(), specs.end());
  if (sample.of > 1)
    for (auto& spec : whole)
      if (!spec.shape.empty()) spec.shape[0] *= static_cast<std::int64_t>(sample.of);
  Fill fill;
  fill.file = plan.files[sample.file];
  fill.kind = lower_extension(fill.file) == ".npz" ? FillKind::npz : FillKind::npy;
  plan.held_file.reset();
  auto held = make_inputs(whole, Fills{{"", fill}}, plan.seed);
  if (!held) return tl::make_unexpected(held.error());
  plan.held = *std::move(held);
  plan.held_file = sample.file;
  return {};
}

Result<std::vector<TensorData>> sample_of_arrays(FeedPlan& plan, const FeedPlan::Sample& sample,
                                                 std::span<const TensorSpec> specs) {
  if (auto held = hold_file(plan, sample, specs); !held) return tl::make_unexpected(held.error());
  std::vector<TensorData> tensors;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const auto& whole = plan.held[i].bytes;
    const auto size = whole.size() / sample.of;
    const auto* from = whole.data() + sample.index * size;
    tensors.push_back({specs[i], {from, from + size}});
  }
  return tensors;
}

}  // namespace

Result<FeedPlan> plan_feed(const FeedRequest& request) {
  FeedPlan plan;
  if (request.data == "random") {
    plan.runs = request.runs > 0 ? request.runs : kUsualRuns;
    plan.seed = request.seed;
    plan.words = fmt::format("{} random input{}, seed {}", plan.runs, plan.runs == 1 ? "" : "s",
                             request.seed);
    return plan;
  }
  std::error_code unknown;
  if (std::filesystem::is_directory(request.data, unknown)) {
    auto folder = plan_folder(request);
    if (!folder) return folder;
    plan = *std::move(folder);
  } else if (is_array(request.data) || is_picture(request.data)) {
    if (!std::filesystem::exists(request.data, unknown))
      return fail(fmt::format("--data {}: no such file", in_quotes(request.data)));
    plan.kind = is_array(request.data) ? FeedKind::arrays : FeedKind::pictures;
    plan.files.emplace_back(request.data);
  } else {
    return fail(
        fmt::format("--data {} is neither random, nor a .npz or .npy file, nor a picture, "
                    "nor a folder of them",
                    in_quotes(request.data)));
  }
  plan.runs = plan.files.size();
  plan.most = request.runs;
  plan.seed = request.seed;
  const auto* noun = plan.kind == FeedKind::arrays ? "file of arrays" : "picture";
  plan.words = plan.runs == 1
                   ? fmt::format("1 {}", noun)
                   : fmt::format("{} {} of {}", plan.runs,
                                 plan.kind == FeedKind::arrays ? "files of arrays" : "pictures",
                                 in_quotes(request.data));
  return plan;
}

Result<ShapeWishes> wishes_of_arrays(const FeedPlan& plan, std::span<const TensorSpec> declared,
                                     ShapeWishes wishes) {
  if (wishes.contains("")) return wishes;
  const auto arrays = arrays_in(plan.files.front());
  if (!arrays) return tl::make_unexpected(arrays.error());
  for (const auto& input : declared) {
    const auto* array = array_for(*arrays, input.name, declared.size() == 1);
    if (array == nullptr || array->spec.shape.size() != input.shape.size()) continue;
    auto shape = array->spec.shape;
    if (!shape.empty()) shape[0] = input.shape[0] < 0 ? 1 : input.shape[0];
    wishes.emplace(input.name, std::move(shape));
  }
  return wishes;
}

Result<void> cut_arrays(FeedPlan& plan, std::span<const TensorSpec> concrete) {
  for (std::size_t file = 0; file < plan.files.size(); ++file) {
    if (plan.most > 0 && plan.samples.size() >= plan.most) break;
    const auto count = samples_in(plan.files[file], concrete);
    if (!count) return tl::make_unexpected(count.error());
    for (std::size_t i = 0; i < *count; ++i) plan.samples.push_back({file, i, *count});
  }
  if (plan.most > 0) plan.samples.resize(std::min(plan.samples.size(), plan.most));
  if (plan.samples.size() != plan.files.size())
    plan.words +=
        fmt::format(", {} sample{}", plan.samples.size(), plan.samples.size() == 1 ? "" : "s");
  plan.runs = plan.samples.size();
  return {};
}

Result<std::vector<TensorData>> feed_tensors(FeedPlan& plan, std::size_t step,
                                             std::span<const TensorSpec> specs) {
  if (plan.kind == FeedKind::arrays) return sample_of_arrays(plan, plan.samples[step], specs);
  Fill fill;
  if (plan.kind == FeedKind::pictures) {
    fill.file = plan.files[step];
    fill.kind = FillKind::image;
  }
  return make_inputs(specs, Fills{{"", fill}}, plan.seed + step);
}

}  // namespace jetmeter
