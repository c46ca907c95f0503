// A graph, as a session that can be fed: written into a folder, loaded, opened.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/backend.h"
#include "jetmeter/graph.h"
#include "jetmeter/quantize.h"

namespace jetmeter {

class ModelRunner {
 public:
  // With `observed` as the outputs in place of the graph's own; empty: its own. The file is gone
  // when this returns.
  static Result<ModelRunner> make(ModelGraph, std::span<const std::string> observed,
                                  std::span<const Shape> shapes, const CalibrateOptions&);
  // False when there are no more samples.
  Result<bool> run_next(CalibrationSamples&);

  std::size_t outputs() const { return names_.size(); }
  const std::string& output_name(std::size_t i) const { return names_[i]; }
  // Of the last run.
  Result<std::span<const float>> output(std::size_t i);

 private:
  std::vector<std::string> names_;
  std::unique_ptr<Session> session_;
  std::vector<TensorView> inputs_;
};

}  // namespace jetmeter
