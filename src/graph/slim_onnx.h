// An ONNX file without its weights. Protocol buffers copy every byte field that they parse; what is
// large is therefore cut out of the encoded bytes first, and its place is noted.
//
// Source: onnx.proto (field numbers) and the protocol buffers' wire format.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "jetmeter/core.h"

namespace jetmeter {

struct SlimOnnx {
  std::string bytes;  // an encoded ModelProto
  // The data that were cut out, as (offset, size) in the file: raw, or laid out as raw data are.
  // The tensor carries the place's number in its external_data, under kCutKey.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> cuts;
};
inline constexpr char kCutKey[] = "jetmeter.cut";

// Cuts raw_data, and float_data and double_data in one piece, of at least `least` bytes out of
// every tensor, however deep. Fails where the bytes are no well-formed messages; what it does not
// know is copied.
Result<SlimOnnx> slim_onnx(std::span<const std::byte> file, std::uint64_t least);

}  // namespace jetmeter
