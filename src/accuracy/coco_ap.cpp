#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "accuracy/matching.h"
#include "jetmeter/accuracy.h"

namespace jetmeter {
namespace {

constexpr int kRecallPoints = 101;

struct ClassResult {
  std::vector<RankedDetection> detections;
  std::int64_t truths = 0;
};

struct ImageOfClass {
  std::vector<const Detection*> detections;
  std::vector<const Truth*> truth;
};

// A score that is not a number orders last instead of breaking the order of the others.
float rank(float score) {
  return std::isnan(score) ? -std::numeric_limits<float>::infinity() : score;
}

std::map<int, ImageOfClass> by_class(const ImageResult& image) {
  std::map<int, ImageOfClass> classes;
  for (const auto& detection : image.detections)
    classes[detection.class_id].detections.push_back(&detection);
  for (const auto& truth : image.truth) classes[truth.class_id].truth.push_back(&truth);
  return classes;
}

void keep_best(std::vector<const Detection*>& detections, int max_detections) {
  std::ranges::stable_sort(
      detections, [](const auto* a, const auto* b) { return rank(a->score) > rank(b->score); });
  const auto most = static_cast<std::size_t>(std::max(0, max_detections));
  if (detections.size() > most) detections.resize(most);
}

std::map<int, ClassResult> match_all(std::span<const ImageResult> images, int max_detections) {
  std::map<int, ClassResult> results;
  for (const auto& image : images) {
    for (auto& [class_id, part] : by_class(image)) {
      keep_best(part.detections, max_detections);
      auto& result = results[class_id];
      const auto matched = match(part.detections, part.truth);
      result.detections.insert(result.detections.end(), matched.begin(), matched.end());
      result.truths += std::ranges::count(part.truth, false, &Truth::crowd);
    }
  }
  for (auto& [class_id, result] : results)
    std::ranges::stable_sort(result.detections, [](const auto& a, const auto& b) {
      return rank(a.score) > rank(b.score);
    });
  return results;
}

struct Point {
  double recall = 0, precision = 0;
};

// One point per detection that counts, with the precision made to fall only.
std::vector<Point> curve(const ClassResult& result, std::size_t threshold) {
  std::vector<Point> points;
  std::int64_t found = 0, counted = 0;
  for (const auto& detection : result.detections) {
    const auto match = detection.matches[threshold];
    if (match == Match::ignored) continue;
    ++counted;
    if (match == Match::found) ++found;
    points.push_back({static_cast<double>(found) / static_cast<double>(result.truths),
                      static_cast<double>(found) / static_cast<double>(counted)});
  }
  for (std::size_t i = points.size(); i-- > 1;)
    points[i - 1].precision = std::max(points[i - 1].precision, points[i].precision);
  return points;
}

// The mean over recall 0.00, 0.01, … 1.00 of the best precision at that recall or a higher one.
double average_precision(const ClassResult& result, std::size_t threshold) {
  const auto points = curve(result, threshold);
  double sum = 0;
  auto point = points.begin();
  for (int i = 0; i < kRecallPoints; ++i) {
    const double recall = i / static_cast<double>(kRecallPoints - 1);
    while (point != points.end() && point->recall < recall) ++point;
    if (point == points.end()) break;
    sum += point->precision;
  }
  return sum / kRecallPoints;
}

ClassAccuracy accuracy_of(int class_id, const ClassResult& result) {
  ClassAccuracy out{class_id, result.truths, average_precision(result, 0), 0};
  for (std::size_t t = 0; t < kThresholds; ++t) out.ap50_95 += average_precision(result, t);
  out.ap50_95 /= kThresholds;
  return out;
}

std::optional<double> ratio(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

std::optional<double> mean(const std::vector<ClassAccuracy>& classes, double ClassAccuracy::*what) {
  if (classes.empty()) return std::nullopt;
  double sum = 0;
  for (const auto& one : classes) sum += one.*what;
  return sum / static_cast<double>(classes.size());
}

}  // namespace

Accuracy evaluate(std::span<const ImageResult> images, const AccuracyOptions& options) {
  Accuracy accuracy;
  accuracy.images = static_cast<std::int64_t>(images.size());
  std::int64_t found = 0, counted = 0;
  for (const auto& [class_id, result] : match_all(images, options.max_detections)) {
    for (const auto& detection : result.detections) {
      found += detection.matches[0] == Match::found ? 1 : 0;
      counted += detection.matches[0] != Match::ignored ? 1 : 0;
    }
    accuracy.truths += result.truths;
    if (result.truths > 0) accuracy.classes.push_back(accuracy_of(class_id, result));
  }
  accuracy.map50 = mean(accuracy.classes, &ClassAccuracy::ap50);
  accuracy.map50_95 = mean(accuracy.classes, &ClassAccuracy::ap50_95);
  accuracy.precision50 = ratio(found, counted);
  accuracy.recall50 = ratio(found, accuracy.truths);
  return accuracy;
}

}  // namespace jetmeter
