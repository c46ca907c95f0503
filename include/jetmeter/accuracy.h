// Detection accuracy by the COCO rules, and the reading of ground truth. Pure; any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/detection.h"

namespace jetmeter {

// The ground truth of one image. YOLO labels are relative to the image's size, which only the
// frame knows: they are kept as fractions and `relative` is set.
struct ImageTruth {
  std::vector<Truth> objects;
  bool relative = false;
  // Objects in pixels of an image of this size.
  std::vector<Truth> in_pixels(int width, int height) const;
};

struct GroundTruth {
  std::map<std::string, ImageTruth> images;  // key: file name without its extension
  std::vector<std::string> labels;           // COCO: category names by class id; YOLO: empty
  std::string format;                        // "yolo", "coco"
  // COCO: categories with objects that the model has no label for; those objects are not counted.
  std::vector<std::string> left_out;
  // By file name, with or without a directory or an extension.
  const ImageTruth* find(const std::string& frame_id) const;
};

// A directory of YOLO .txt files, or a COCO instances.json. `labels` (of the model) maps COCO
// category names to class ids; without it ids are positions in the sorted category ids.
Result<GroundTruth> read_ground_truth(const std::filesystem::path&,
                                      std::span<const std::string> labels);

// What one image was found to hold, and what it holds.
struct ImageResult {
  std::vector<Detection> detections;
  std::vector<Truth> truth;
};

struct ClassAccuracy {
  int class_id = 0;
  std::int64_t truths = 0;
  double ap50 = 0, ap50_95 = 0;
};

struct Accuracy {
  std::int64_t images = 0, truths = 0;
  // Means over the classes that the truth contains; absent when it contains none.
  std::optional<double> map50, map50_95;
  // At IoU 0.5 over all detections that were kept; absent when there is nothing to divide by.
  std::optional<double> precision50, recall50;
  std::vector<ClassAccuracy> classes;
};

// COCO: IoU 0.50:0.05:0.95, 101 recall points, `max_detections` best per image and class, as
// its own evaluation has it; crowds ignored.
struct AccuracyOptions {
  int max_detections = 100;
};
Accuracy evaluate(std::span<const ImageResult>, const AccuracyOptions&);

}  // namespace jetmeter
