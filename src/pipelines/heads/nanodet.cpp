#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "pipelines/heads/class_maxima.h"
#include "pipelines/heads/grid.h"
#include "pipelines/heads/outputs.h"

namespace jetmeter {
namespace {

constexpr std::size_t kBins = 8;   // distances of 0 … 7 strides
constexpr std::size_t kSides = 4;  // left, top, right, bottom
constexpr std::size_t kBoxLength = kBins * kSides;

struct LevelOutputs {
  Level level;
  std::size_t scores = 0, boxes = 0;  // indices of outputs
};

// The mean of the distribution that softmax makes of the bins.
float expected_distance(std::span<const float> bins) {
  const float largest = *std::max_element(bins.begin(), bins.end());
  float sum = 0, weighted = 0;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const float weight = std::exp(bins[i] - largest);
    sum += weight;
    weighted += weight * static_cast<float>(i);
  }
  return weighted / sum;
}

// Every class above the confidence is a candidate, not only the best one: NanoDet's own
// suppression (its multiclass_nms) works so, and its accuracy is stated for it.
class NanoDet final : public HeadDecoder {
 public:
  NanoDet(const std::array<LevelOutputs, 3>& levels, std::int64_t classes)
      : levels_(levels), classes_(static_cast<std::size_t>(classes)) {}
  int classes() const override { return static_cast<int>(classes_); }
  std::size_t capacity() const override {
    std::int64_t cells = 0;
    for (const auto& outputs : levels_) cells += outputs.level.cells();
    return static_cast<std::size_t>(cells) * classes_;
  }
  bool needs_nms() const override { return true; }

  void decode(std::span<const std::span<const float>> outputs, float confidence,
              Candidates& out) const override {
    for (const auto& [level, scores, boxes] : levels_) {
      const auto columns = static_cast<std::size_t>(level.columns);
      for (std::size_t i = 0; i < static_cast<std::size_t>(level.cells()); ++i) {
        const auto cell_scores = outputs[scores].subspan(i * classes_, classes_);
        if (!any_above(cell_scores, confidence)) continue;
        const auto bins = outputs[boxes].subspan(i * kBoxLength, kBoxLength);
        const Box box = box_of(bins, i % columns, i / columns, static_cast<float>(level.stride));
        for (std::size_t c = 0; c < classes_; ++c)
          if (cell_scores[c] > confidence) out.add(box, cell_scores[c], static_cast<int>(c));
      }
    }
  }

 private:
  // Distances count from the middle of the cell.
  static Box box_of(std::span<const float> bins, std::size_t column, std::size_t row,
                    float stride) {
    std::array<float, kSides> side{};
    for (std::size_t s = 0; s < kSides; ++s)
      side[s] = expected_distance(bins.subspan(s * kBins, kBins)) * stride;
    const float x = (static_cast<float>(column) + 0.5F) * stride;
    const float y = (static_cast<float>(row) + 0.5F) * stride;
    return {x - side[0], y - side[1], x + side[2], y + side[3]};
  }

  std::array<LevelOutputs, 3> levels_;
  std::size_t classes_;
};

// The two outputs with a row per cell of this level. With 32 classes both have 32 columns; the
// scores come first, as in the exports that are known.
std::optional<LevelOutputs> outputs_of(const Level& level, std::span<const Matrix> matrices) {
  std::optional<std::size_t> scores, boxes;
  for (std::size_t i = matrices.size(); i-- > 0;) {
    if (matrices[i].rows != level.cells()) continue;
    auto& role =
        matrices[i].columns == static_cast<std::int64_t>(kBoxLength) && !boxes ? boxes : scores;
    if (role) return std::nullopt;
    role = i;
  }
  if (!scores || !boxes) return std::nullopt;
  return LevelOutputs{level, *scores, *boxes};
}

Result<std::vector<Matrix>> matrices_of(const HeadInput& input) {
  if (input.outputs.size() != 2 * kStrides.size())
    return fail(fmt::format("the model has {} output{}, not {}", input.outputs.size(),
                            input.outputs.size() == 1 ? "" : "s", 2 * kStrides.size()));
  std::vector<Matrix> matrices;
  for (const auto& output : input.outputs) {
    const auto matrix = matrix_of(output);
    if (!matrix) return tl::make_unexpected(matrix.error());
    matrices.push_back(*matrix);
  }
  return matrices;
}

Result<std::unique_ptr<HeadDecoder>> bind(const HeadInput& input) {
  const auto matrices = matrices_of(input);
  if (!matrices) return tl::make_unexpected(matrices.error());
  const auto levels = levels_of(input.width, input.height);
  std::array<LevelOutputs, 3> found;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto outputs = outputs_of(levels[i], *matrices);
    if (!outputs)
      return fail(
          fmt::format("no two outputs are {0}xclasses and {0}x{1}, for stride {2} of a "
                      "{3}x{4} input",
                      levels[i].cells(), kBoxLength, levels[i].stride, input.width, input.height));
    found[i] = *outputs;
    if ((*matrices)[outputs->scores].columns != (*matrices)[found[0].scores].columns)
      return fail("the levels differ in the number of classes");
  }
  return std::make_unique<NanoDet>(found, (*matrices)[found[0].scores].columns);
}

}  // namespace

extern const Head nanodet_head{
    "nanodet", "six outputs: [1,n,classes] and [1,n,32] at strides 8, 16 and 32 (NanoDet)",
    Preprocess{.fit = Fit::stretch,
               .channels = Channels::bgr,
               .scale = 1,
               .mean = {103.53F, 116.28F, 123.675F},
               .stdev = {57.375F, 57.12F, 58.395F}},
    bind};

}  // namespace jetmeter
