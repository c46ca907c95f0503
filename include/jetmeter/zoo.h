// Models that jetmeter makes itself, so that a demo, the tests and the tools need no downloads:
// small ones that do something, and the architectures of real ones with weights drawn from a seed.
// The same options give the same bytes on every machine. Pure; may be called from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "jetmeter/core.h"
#include "jetmeter/graph.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// A whole number that may be chosen: "imgsz", "batch", "opset", "classes".
struct ZooNumber {
  std::string_view name, summary;
  std::int64_t otherwise = 0;        // where nothing is chosen
  std::int64_t least = 0, most = 0;  // both allowed
  std::int64_t step = 1;             // only multiples of it
  bool may_be_open = false;          // kDynamic: an axis that is left open
};

// What is asked for; what is left out takes the model's own value.
struct ZooOptions {
  std::map<std::string, std::int64_t, std::less<>> numbers;
  std::optional<ElementType> type;  // float32, float16 or bfloat16: weights, inputs and outputs
  std::optional<std::uint64_t> seed;
};

// The same, complete and checked.
struct ZooSettings {
  std::map<std::string, std::int64_t, std::less<>> numbers;
  ElementType type = ElementType::float32;
  std::uint64_t seed = 0;

  // REQUIRES: the model has this number.
  std::int64_t at(std::string_view number) const { return numbers.find(number)->second; }
};

struct ZooModel {
  std::string_view name;  // "yolo11n"
  std::string_view summary;
  ModelGraph (*build)(const ZooSettings&);
  std::span<const ZooNumber> numbers = {};
  ElementType type = ElementType::float32;  // where none is chosen
  bool seeded = true;                       // false: weights are written down, and are float32
};

// One file's worth of models: those that differ in numbers alone.
struct ZooFamily {
  std::span<const ZooModel> models;
};

std::span<const ZooFamily* const> zoo_families();
std::span<const ZooModel* const> zoo_models();

// The model of that name. The error says what there is, or which option is wrong and why.
Result<const ZooModel*> find_zoo_model(std::string_view name);
Result<ZooSettings> zoo_settings(const ZooModel&, const ZooOptions&);
// Weights are made when they are written: a graph of a billion parameters is put together at once.
Result<ModelGraph> make_zoo_model(std::string_view name, const ZooOptions& = {});
// The same as an ONNX file's bytes.
Result<std::string> build_zoo_model(std::string_view name, const ZooOptions& = {});

// Elements of the weights that are floats. What a graph needs besides (anchors, scales) is in
// Constant nodes and does not count.
std::uint64_t zoo_parameters(const ModelGraph&);

}  // namespace jetmeter
