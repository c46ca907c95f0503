// The same small models in the language of every backend, for the contract suite.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "backends/model_file.h"
#include "jetmeter/backend.h"
#include "support/onnx_builder.h"
#include "support/temp_dir.h"

namespace jetmeter {

inline std::string identity_onnx(const Shape& shape) {
  return OnnxBuilder()
      .input("x", OnnxBuilder::kFloat, shape)
      .node("Identity", {"x"}, {"y"})
      .output("y", OnnxBuilder::kFloat, shape)
      .metadata("names", "{0: 'one'}")
      .bytes();
}

inline std::string identity_reference(const Shape& shape) {
  const auto tensor = [&](std::string_view name) {
    return fmt::format(R"({{"name": "{}", "type": "float32", "shape": [{}]}})", name,
                       fmt::join(shape, ", "));
  };
  return fmt::format(R"({{"inputs": [{}], "outputs": [{}], "behaviour": "identity",)"
                     R"( "metadata": {{"names": "{{0: 'one'}}"}}}})",
                     tensor("x"), tensor("y"));
}

// y = sigmoid(relu(x)); the make-believe one only says so.
inline std::string two_layers_onnx() {
  return OnnxBuilder()
      .input("x", OnnxBuilder::kFloat, {1, 3, 64, 64})
      .node("Relu", {"x"}, {"a"})
      .node("Sigmoid", {"a"}, {"y"})
      .output("y", OnnxBuilder::kFloat, {1, 3, 64, 64})
      .bytes();
}

inline constexpr std::string_view kTwoLayersReference = R"({
  "inputs": [{"name": "x", "type": "float32", "shape": [1, 3, 64, 64]}],
  "outputs": [{"name": "y", "type": "float32", "shape": [1, 3, 64, 64]}], "behaviour": "noop",
  "layers": [{"name": "a", "type": "Relu", "microseconds": 40},
             {"name": "y", "type": "Sigmoid", "microseconds": 60}],
  "stages": {"host_to_device_us": 10, "enqueue_us": 20, "compute_us": 100,
             "device_to_host_us": 5}})";

// The first extension that the backend names.
inline std::string extension_of(const Backend& backend) {
  return std::string(backend.extensions.substr(0, backend.extensions.find(' ')));
}

// y = x, both float32, with the metadata entry "names". Fails the test for a backend that reads a
// format which nobody has taught this function.
inline std::filesystem::path write_identity(const Backend& backend, const TempDir& dir,
                                            const Shape& shape) {
  const auto name = "identity" + extension_of(backend);
  if (reads_extension(backend.extensions, "x.onnx")) return dir.write(name, identity_onnx(shape));
  if (reads_extension(backend.extensions, "x.ref"))
    return dir.write(name, identity_reference(shape));
  ADD_FAILURE() << "no identity model in a format of " << backend.name;
  return {};
}

// A Relu, then a Sigmoid.
inline std::filesystem::path write_two_layers(const Backend& backend, const TempDir& dir) {
  const auto name = "two" + extension_of(backend);
  if (reads_extension(backend.extensions, "x.onnx")) return dir.write(name, two_layers_onnx());
  if (reads_extension(backend.extensions, "x.ref")) return dir.write(name, kTwoLayersReference);
  ADD_FAILURE() << "no model of two layers in a format of " << backend.name;
  return {};
}

}  // namespace jetmeter
