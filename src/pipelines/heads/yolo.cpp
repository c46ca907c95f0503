#include <fmt/format.h>

#include <algorithm>

#include "pipelines/heads/class_maxima.h"
#include "pipelines/heads/grid.h"
#include "pipelines/heads/outputs.h"

namespace jetmeter {
namespace {

constexpr std::int64_t kBoxValues = 4;  // centre x, centre y, width, height

Box corners(float centre_x, float centre_y, float width, float height) {
  return {centre_x - width / 2, centre_y - height / 2, centre_x + width / 2, centre_y + height / 2};
}

class Yolo : public HeadDecoder {
 public:
  Yolo(std::int64_t channels, std::int64_t anchors)
      : classes_(static_cast<int>(channels - kBoxValues)),
        anchors_(static_cast<std::size_t>(anchors)) {}
  int classes() const override { return classes_; }
  std::size_t capacity() const override { return anchors_; }
  bool needs_nms() const override { return true; }

 protected:
  int classes_;
  std::size_t anchors_;
};

// A row per value: [4 + classes, anchors].
class YoloByValue final : public Yolo {
 public:
  YoloByValue(std::int64_t channels, std::int64_t anchors)
      : Yolo(channels, anchors), best_(anchors_) {}

  void decode(std::span<const std::span<const float>> outputs, float confidence,
              Candidates& out) const override {
    const float* values = outputs.front().data();
    const float* scores = values + kBoxValues * static_cast<std::ptrdiff_t>(anchors_);
    class_maxima(scores, anchors_, classes_, best_);
    for (std::size_t i = 0; i < anchors_; ++i) {
      if (!(best_[i] > confidence)) continue;
      const Box box = corners(values[i], values[anchors_ + i], values[2 * anchors_ + i],
                              values[3 * anchors_ + i]);
      out.add(box, best_[i], first_class_with(best_[i], scores + i));
    }
  }

 private:
  int first_class_with(float score, const float* scores) const {
    int c = 0;
    while (c + 1 < classes_ && scores[static_cast<std::size_t>(c) * anchors_] != score) ++c;
    return c;
  }

  mutable std::vector<float> best_;  // scratch
};

// A row per anchor: [anchors, 4 + classes].
class YoloByAnchor final : public Yolo {
 public:
  using Yolo::Yolo;

  void decode(std::span<const std::span<const float>> outputs, float confidence,
              Candidates& out) const override {
    const auto classes = static_cast<std::size_t>(classes_);
    const auto row_length = classes + kBoxValues;
    for (std::size_t i = 0; i < anchors_; ++i) {
      const auto row = outputs.front().subspan(i * row_length, row_length);
      if (!any_above(row.last(classes), confidence)) continue;
      const auto best = best_class(row.last(classes));
      out.add(corners(row[0], row[1], row[2], row[3]), best.score, best.class_id);
    }
  }
};

// The side that counts the cells of the input is the anchors'; where neither does, the longer.
bool is_by_value(const Matrix& m, std::int64_t cells) {
  if (m.columns == cells) return true;
  return m.rows != cells && m.columns >= m.rows;
}

Result<std::unique_ptr<HeadDecoder>> bind(const HeadInput& input) {
  const auto matrix = only_matrix(input);
  if (!matrix) return tl::make_unexpected(matrix.error());
  const auto cells = cell_count(input.width, input.height);
  const bool by_value = is_by_value(*matrix, cells);
  const auto channels = by_value ? matrix->rows : matrix->columns;
  const auto anchors = by_value ? matrix->columns : matrix->rows;
  if (channels <= kBoxValues)
    return fail(fmt::format("{}: {} values per anchor leave none for class scores",
                            describe(input.outputs.front()), channels));
  if (!by_value && anchors == 3 * cells)
    return fail(
        fmt::format("{}: three anchors per cell and an objectness are YOLOv5's layout; "
                    "export the model without anchors",
                    describe(input.outputs.front())));
  if (by_value) return std::make_unique<YoloByValue>(channels, anchors);
  return std::make_unique<YoloByAnchor>(channels, anchors);
}

}  // namespace

extern const Head yolo_head{"yolo",
                            "one output [1,4+classes,N], boxes as centre and size (YOLOv8, "
                            "YOLO11)",
                            Preprocess{}, bind};

}  // namespace jetmeter
