// The lanes of a load: sessions of one model with their inputs filled, and the task of each.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/backend.h"
#include "jetmeter/inputs.h"
#include "jetmeter/load.h"
#include "jetmeter/run.h"

namespace jetmeter {

// What a load feeds a model.
struct BenchInputs {
  std::vector<Shape> shapes;
  std::vector<TensorData> tensors;
  // "images: random in [0, 1), seed 1", "x: x.npy (converted from float64)"; one per input.
  std::vector<std::string> described;
};
// Fails where what was asked for does not fit the model.
Result<BenchInputs> bench_inputs(const Model&, const BenchSpec&);

class BenchLanes {
 public:
  // As many sessions as the scenario has lanes, all with the same inputs.
  static Result<BenchLanes> open(Model&, const BenchSpec&, BenchInputs);
  // What each lane does again and again; after the first inference, which settles the outputs.
  void make_tasks(const Model&, const BenchSpec&, const Clock&);

  Session& first() { return *sessions_.front(); }
  std::span<Task* const> tasks() const { return tasks_; }
  // As they were filled; empty when nobody is to copy them in again.
  std::span<const TensorData> inputs() const { return inputs_; }

 private:
  Result<void> fill();

  std::vector<std::unique_ptr<Session>> sessions_;
  std::vector<TensorData> inputs_;
  std::vector<std::unique_ptr<Task>> owned_;
  std::vector<Task*> tasks_;
};

// The outputs of the session's last run as tensors of their own.
std::vector<TensorData> copy_outputs(const Model&, Session&);

}  // namespace jetmeter
