#include <fmt/format.h>

#include <cmath>

#include "pipelines/heads/class_maxima.h"
#include "pipelines/heads/grid.h"
#include "pipelines/heads/outputs.h"

namespace jetmeter {
namespace {

constexpr std::size_t kObjectness = 4;
constexpr std::size_t kFirstClass = 5;

class Yolox final : public HeadDecoder {
 public:
  Yolox(const HeadInput& input, const Matrix& matrix)
      : levels_(levels_of(input.width, input.height)),
        cells_(static_cast<std::size_t>(matrix.rows)),
        row_length_(static_cast<std::size_t>(matrix.columns)) {}
  int classes() const override { return static_cast<int>(row_length_ - kFirstClass); }
  std::size_t capacity() const override { return cells_; }
  bool needs_nms() const override { return true; }

  void decode(std::span<const std::span<const float>> outputs, float confidence,
              Candidates& out) const override {
    auto rest = outputs.front();
    for (const auto& level : levels_)
      for (int y = 0; y < level.rows; ++y)
        for (int x = 0; x < level.columns; ++x) {
          decode_cell(rest.first(row_length_), {x, y, level.stride}, confidence, out);
          rest = rest.subspan(row_length_);
        }
  }

 private:
  struct Cell {
    int x, y, stride;
  };

  static void decode_cell(std::span<const float> row, const Cell& cell, float confidence,
                          Candidates& out) {
    const float objectness = row[kObjectness];
    if (!(objectness > confidence)) return;  // class scores are at most 1
    const auto best = best_class(row.subspan(kFirstClass));
    const float score = objectness * best.score;
    if (!(score > confidence)) return;
    const auto stride = static_cast<float>(cell.stride);
    const float centre_x = (row[0] + static_cast<float>(cell.x)) * stride;
    const float centre_y = (row[1] + static_cast<float>(cell.y)) * stride;
    const float half_width = std::exp(row[2]) * stride / 2;
    const float half_height = std::exp(row[3]) * stride / 2;
    out.add({centre_x - half_width, centre_y - half_height, centre_x + half_width,
             centre_y + half_height},
            score, best.class_id);
  }

  std::array<Level, 3> levels_;
  std::size_t cells_, row_length_;
};

Result<std::unique_ptr<HeadDecoder>> bind(const HeadInput& input) {
  const auto matrix = only_matrix(input);
  if (!matrix) return tl::make_unexpected(matrix.error());
  const auto cells = cell_count(input.width, input.height);
  if (matrix->rows != cells)
    return fail(fmt::format("{}, and a {}x{} input has {} cells at strides 8, 16 and 32",
                            describe(input.outputs.front()), input.width, input.height, cells));
  if (matrix->columns <= static_cast<std::int64_t>(kFirstClass))
    return fail(fmt::format("{}: {} values per cell leave none for class scores",
                            describe(input.outputs.front()), matrix->columns));
  return std::make_unique<Yolox>(input, *matrix);
}

}  // namespace

extern const Head yolox_head{
    "yolox", "one output [1,cells,5+classes], undecoded, with objectness (YOLOX)",
    Preprocess{.fit = Fit::letterbox_top_left, .channels = Channels::bgr, .scale = 1}, bind};

}  // namespace jetmeter
