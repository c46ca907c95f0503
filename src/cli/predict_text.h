// A prediction as people and programs read it. Pure.
#pragma once

#include <span>
#include <string>

#include "jetmeter/predict.h"

namespace jetmeter {

struct PredictionView {
  std::string model;  // the file's name
  const FusedModel* fused = nullptr;
  const Prediction* prediction = nullptr;
  int batch = 1;
  int top = 10;  // kernels to list
};
std::string prediction_text(const PredictionView&);
std::string prediction_json(const PredictionView&);

// One line of a table of boards.
struct BoardLine {
  std::string board, mode;
  std::optional<Prediction> prediction;
  std::string why;  // there is none
};
struct BoardsView {
  std::string model;
  const FusedModel* fused = nullptr;
  std::span<const BoardLine> lines;
  int batch = 1;
};
std::string boards_text(const BoardsView&);
std::string boards_json(const BoardsView&);

}  // namespace jetmeter
