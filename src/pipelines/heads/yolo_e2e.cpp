#include <fmt/format.h>

#include "pipelines/heads/outputs.h"

namespace jetmeter {
namespace {

constexpr std::size_t kRowLength = 6;     // x1, y1, x2, y2, score, class
constexpr float kMostClasses = 1e6F;      // beyond, the number is no class
constexpr std::int64_t kMostRows = 1000;  // more are anchors, not chosen detections

class YoloEndToEnd final : public HeadDecoder {
 public:
  explicit YoloEndToEnd(std::int64_t rows) : rows_(static_cast<std::size_t>(rows)) {}
  int classes() const override { return 0; }
  std::size_t capacity() const override { return rows_; }
  bool needs_nms() const override { return false; }

  void decode(std::span<const std::span<const float>> outputs, float confidence,
              Candidates& out) const override {
    for (std::size_t i = 0; i < rows_; ++i) {
      const auto row = outputs.front().subspan(i * kRowLength, kRowLength);
      if (row[4] > confidence && row[5] >= 0 && row[5] < kMostClasses)
        out.add({row[0], row[1], row[2], row[3]}, row[4], static_cast<int>(row[5]));
    }
  }

 private:
  std::size_t rows_;
};

Result<std::unique_ptr<HeadDecoder>> bind(const HeadInput& input) {
  const auto matrix = only_matrix(input);
  if (!matrix) return tl::make_unexpected(matrix.error());
  if (matrix->columns != static_cast<std::int64_t>(kRowLength) || matrix->rows > kMostRows)
    return fail(fmt::format("{}, not at most {} rows of {}", describe(input.outputs.front()),
                            kMostRows, kRowLength));
  return std::make_unique<YoloEndToEnd>(matrix->rows);
}

}  // namespace

extern const Head yolo_e2e_head{
    "yolo-e2e",
    "one output [1,N,6] of chosen boxes: x1, y1, x2, y2, score, class (YOLOv10, "
    "end-to-end exports)",
    Preprocess{}, bind};

}  // namespace jetmeter
