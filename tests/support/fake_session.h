// A session that computes nothing: its outputs are what the test says.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "jetmeter/backend.h"

namespace jetmeter {

class FakeSession final : public Session {
 public:
  struct Output {
    TensorSpec spec;
    std::vector<float> values;
    bool known_before_run = true;
  };

  FakeSession(TensorSpec input, std::vector<Output> outputs)
      : input_(std::move(input)), outputs_(std::move(outputs)) {
    bytes_.resize(size_of(input_));
    for (const auto& output : outputs_) {
      auto& halves = halves_.emplace_back();
      if (output.spec.type != ElementType::float16) continue;
      halves.resize(output.values.size());
      to_half(output.values, halves);
    }
  }

  // As a file would declare it.
  ModelInfo info() const {
    ModelInfo info;
    info.inputs.push_back(input_);
    for (const auto& output : outputs_) info.outputs.push_back(output.spec);
    return info;
  }

  TensorView input(std::size_t) override {
    return {input_.type, input_.shape, bytes_.data(), bytes_.size()};
  }
  TensorView output(std::size_t index) override {
    auto& output = outputs_[index];
    if (runs_ == 0 && !output.known_before_run) return {output.spec.type, {}, nullptr, 0};
    if (output.spec.type == ElementType::float16)
      return {output.spec.type, output.spec.shape, halves_[index].data(),
              2 * halves_[index].size()};
    return {output.spec.type, output.spec.shape, output.values.data(), 4 * output.values.size()};
  }
  Result<void> run() override {
    ++runs_;
    return {};
  }

  int runs() const { return runs_; }
  Output& change(std::size_t index) { return outputs_[index]; }

 private:
  static std::size_t size_of(const TensorSpec& spec) {
    return static_cast<std::size_t>(element_count(spec.shape)) * element_bytes(spec.type);
  }

  TensorSpec input_;
  std::vector<Output> outputs_;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::vector<std::uint16_t>> halves_;
  int runs_ = 0;
};

}  // namespace jetmeter
