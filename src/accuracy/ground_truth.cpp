#include <fmt/format.h>

#include "accuracy/coco_json.h"
#include "accuracy/yolo_labels.h"
#include "jetmeter/accuracy.h"

namespace jetmeter {

std::vector<Truth> ImageTruth::in_pixels(int width, int height) const {
  if (!relative) return objects;
  const auto w = static_cast<float>(width), h = static_cast<float>(height);
  std::vector<Truth> out = objects;
  for (auto& truth : out)
    truth.box = {truth.box.x1 * w, truth.box.y1 * h, truth.box.x2 * w, truth.box.y2 * h};
  return out;
}

const ImageTruth* GroundTruth::find(const std::string& frame_id) const {
  const auto name = std::filesystem::path(frame_id).filename();
  for (const auto& key : {name.string(), name.stem().string()})  // "a.b" may have no extension
    if (const auto found = images.find(key); found != images.end()) return &found->second;
  return nullptr;
}

Result<GroundTruth> read_ground_truth(const std::filesystem::path& path,
                                      std::span<const std::string> labels) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return read_yolo_labels(path, labels);
  if (!std::filesystem::exists(path, error))
    return fail(fmt::format("there is no ground truth at {}", in_quotes(path.string())));
  if (path.extension() == ".json") return read_coco_json(path, labels);
  return fail(
      fmt::format("{} is no ground truth; name a directory of YOLO .txt files or a COCO "
                  "instances.json",
                  in_quotes(path.string())));
}

}  // namespace jetmeter
