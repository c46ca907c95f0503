#include "cli/verify_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

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
  plan.seed = request.seed;
  const auto* noun = plan.kind == FeedKind::arrays ? "file of arrays" : "picture";
  plan.words = plan.runs == 1
                   ? fmt::format("1 {}", noun)
                   : fmt::format("{} {} of {}", plan.runs,
                                 plan.kind == FeedKind::arrays ? "files of arrays" : "pictures",
                                 in_quotes(request.data));
  return plan;
}

Result<std::vector<TensorData>> feed_tensors(const FeedPlan& plan, std::size_t step,
                                             std::span<const TensorSpec> specs) {
  Fill fill;
  if (plan.kind != FeedKind::random) {
    const auto& file = plan.files[step];
    fill.file = file;
    fill.kind = plan.kind == FeedKind::pictures   ? FillKind::image
                : lower_extension(file) == ".npz" ? FillKind::npz
                                                  : FillKind::npy;
  }
  return make_inputs(specs, Fills{{"", fill}}, plan.seed + step);
}

}  // namespace jetmeter
