#include "accuracy/coco_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>

namespace jetmeter {
namespace {

using Json = nlohmann::json;

// Class id by category id; empty where the model has no such label.
using Classes = std::map<std::int64_t, std::optional<int>>;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

using Categories = std::map<std::int64_t, std::string>;

Categories read_categories(const Json& json) {
  Categories names;
  for (const auto& category : json.at("categories"))
    names[category.at("id").get<std::int64_t>()] = category.at("name").get<std::string>();
  return names;
}

Classes classes_of(const Categories& categories, std::span<const std::string> labels) {
  Classes classes;
  std::map<std::string, int> known;
  for (std::size_t i = 0; i < labels.size(); ++i) known.emplace(lower(labels[i]), i);
  int position = 0;
  for (const auto& [id, name] : categories) {
    if (labels.empty()) {
      classes[id] = position++;
      continue;
    }
    const auto found = known.find(lower(name));
    classes[id] = found == known.end() ? std::nullopt : std::optional(found->second);
  }
  return classes;
}

Result<void> check_related(const Categories& categories, const Classes& classes) {
  const bool related =
      std::ranges::any_of(classes, [](const auto& entry) { return entry.second.has_value(); });
  if (related) return {};
  if (categories.empty()) return fail("it has no categories");
  return fail(
      fmt::format("the model has a label for none of its {} categories, of which the "
                  "first is {}; give the model's labels the names that it uses",
                  categories.size(), in_quotes(categories.begin()->second)));
}

// The images by id; a frame is looked up by its file name, so two of one name are a conflict.
Result<std::unordered_map<std::string, std::string>> read_images(const Json& json,
                                                                 GroundTruth& truth) {
  std::unordered_map<std::string, std::string> stems;
  for (const auto& image : json.at("images")) {
    const auto file = image.at("file_name").get<std::string>();
    auto stem = std::filesystem::path(file).stem().string();
    if (!truth.images.try_emplace(stem).second)
      return fail(
          fmt::format("two of its images are called {}; split it by directory", in_quotes(stem)));
    stems.emplace(image.at("id").dump(), std::move(stem));
  }
  return stems;
}

Box box_of(const Json& annotation) {
  const auto xywh = annotation.at("bbox").get<std::array<double, 4>>();
  return {static_cast<float>(xywh[0]), static_cast<float>(xywh[1]),
          static_cast<float>(xywh[0] + xywh[2]), static_cast<float>(xywh[1] + xywh[3])};
}

// Some writers have true and false here.
bool is_crowd(const Json& annotation) {
  const auto crowd = annotation.find("iscrowd");
  if (crowd == annotation.end()) return false;
  return crowd->is_boolean() ? crowd->get<bool>() : crowd->get<int>() != 0;
}

Result<GroundTruth> read(const Json& json, std::span<const std::string> labels) {
  GroundTruth truth;
  truth.format = "coco";
  const auto categories = read_categories(json);
  const auto classes = classes_of(categories, labels);
  if (auto related = check_related(categories, classes); !related)
    return tl::make_unexpected(related.error());
  const auto stems = read_images(json, truth);
  if (!stems) return tl::make_unexpected(stems.error());
  std::set<std::string> left_out;
  for (const auto& annotation : json.at("annotations")) {
    const auto image = stems->find(annotation.at("image_id").dump());
    const auto category = annotation.at("category_id").get<std::int64_t>();
    const auto class_id = classes.find(category);
    if (image == stems->end() || class_id == classes.end())
      return fail(fmt::format(
          "an annotation names the {} {}, which it does not have",
          image == stems->end() ? "image" : "category",
          image == stems->end() ? annotation.at("image_id").dump() : std::to_string(category)));
    if (class_id->second)
      truth.images[image->second].objects.push_back(
          {box_of(annotation), *class_id->second, is_crowd(annotation)});
    else
      left_out.insert(categories.at(category));
  }
  truth.left_out.assign(left_out.begin(), left_out.end());
  truth.labels.assign(labels.begin(), labels.end());
  if (labels.empty())
    for (const auto& [id, name] : categories) truth.labels.push_back(name);
  return truth;
}

}  // namespace

Result<GroundTruth> read_coco_json(const std::filesystem::path& path,
                                   std::span<const std::string> labels) {
  const auto about = [&](std::string_view what) {
    return fail(
        fmt::format("{} cannot be used as COCO ground truth: {}", in_quotes(path.string()), what));
  };
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(fmt::format("cannot read {}", in_quotes(path.string())));
  try {
    auto truth = read(Json::parse(file), labels);
    if (!truth) return about(truth.error().what);
    return truth;
  } catch (const Json::exception& error) {
    const std::string_view what = error.what();  // "[json.exception.type_error.302] type must…"
    return about(what.substr(std::min(what.find("] ") + 2, what.size())));
  }
}

}  // namespace jetmeter
