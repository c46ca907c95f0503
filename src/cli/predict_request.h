// What `jetmeter model predict` is asked, and what the model file says before anything is foretold.
#pragma once

#include <string>
#include <vector>

#include "cli/subcommand.h"
#include "jetmeter/predict.h"

namespace jetmeter {

struct PredictRequest {
  std::string model;
  std::string board = "this", mode, precision, format = "text";
  std::vector<std::string> shapes;
  int batch = 1, threads = 0, top = 10;
  bool all_boards = false, all_modes = false, recalibrate = false;
};
void add_predict_options(CLI::App&, PredictRequest&);
// What contradicts itself: a mode of this machine, several boards and one.
Result<void> check(const PredictRequest&);

// A file's shapes and costs, from which kernels are made.
struct CostedModel {
  ModelGraph graph;
  ShapeTable shapes;
  ModelCost cost;
  double times = 1;  // samples at once, where the file fixes its batch at one
};
Result<CostedModel> read_costed(const PredictRequest&);
FusedModel fused(const CostedModel&, const FusionRules&);

}  // namespace jetmeter
