// An ONNX file in memory, and the few facts about its tensors that several parts ask for.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <optional>

#include "jetmeter/core.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// Fails, in one sentence that names the file, unless it is an ONNX model of less than 2 GiB, which
// is the most that an ONNX file can be.
Result<onnx::ModelProto> parse_onnx_file(const std::filesystem::path&);

// The product of the extents; absent when one is negative or the product overflows.
std::optional<std::uint64_t> count_elements(std::span<const std::int64_t>);
// Absent too when the type has no fixed size.
std::optional<std::uint64_t> count_bytes(ElementType, std::span<const std::int64_t>);

}  // namespace jetmeter
