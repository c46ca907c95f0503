// The names of ONNX Runtime's execution providers as devices, and back. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jetmeter {

// "cuda:1" is {"cuda", 1}; "cpu" is {"cpu", absent}.
struct DeviceName {
  std::string kind;
  std::optional<int> index;
};
// Absent when `text` is neither a word nor a word, a colon and a number.
std::optional<DeviceName> parse_device(std::string_view text);

// "CUDAExecutionProvider" is "cuda"; "TensorrtExecutionProvider" is "tensorrt".
std::string device_kind(std::string_view provider);
// True for the kinds of which a machine may have several, told apart by an index.
bool has_index(std::string_view kind);
// "cpu", "cuda:0".
std::string device_name(std::string_view provider);

// Orders providers by what a user most likely wants when no device is named: CUDA, TensorRT (which
// first builds its engine, often for minutes), CPU, then everything else as the library has it.
// The library's own order begins with providers that need an account or take over few operators.
std::vector<std::string> by_preference(std::span<const std::string> providers);

// The name that SessionOptionsAppendExecutionProvider knows a provider by.
std::string append_name(std::string_view provider);

}  // namespace jetmeter
