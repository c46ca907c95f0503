#include "graph/read_tensor.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>

namespace jetmeter {
namespace {

std::optional<std::uint64_t> parse_count(const std::string& text) {
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || at != end) return std::nullopt;
  return value;
}

// Bits of one element; 0 for text and what has no fixed size here. Beyond tensor.h's types: complex
// numbers, the 8-bit floats, and two or four integers to a byte.
unsigned bits_of(int onnx_type) {
  if (const auto type = from_onnx(onnx_type); type != ElementType::other)
    return static_cast<unsigned>(element_bytes(type)) * 8;
  switch (onnx_type) {
    case 14: return 64;   // complex64
    case 15: return 128;  // complex128
    case 17:
    case 18:
    case 19:
    case 20:
    case 24: return 8;  // float8
    case 21:
    case 22:
    case 23: return 4;  // uint4, int4, float4
    case 25:
    case 26: return 2;  // uint2, int2
    default: return 0;
  }
}

Result<std::uint64_t> bytes_needed(const Tensor& tensor) {
  const auto elements = count_of(tensor.shape);
  const auto bits = bits_of(tensor.onnx_type);
  std::uint64_t all = 0;
  if (!elements || __builtin_mul_overflow(*elements, std::uint64_t{bits}, &all))
    return fail(fmt::format("the weight {} has an impossible shape {}", in_quotes(tensor.name),
                            format_shape(tensor.shape)));
  if (bits == 0)
    return fail(fmt::format("the weight {} is of type {}, which is not known here",
                            in_quotes(tensor.name), tensor.onnx_type));
  return all / 8 + (all % 8 != 0 ? 1 : 0);
}

template <typename To, typename Values>
std::vector<std::byte> narrowed(const Values& values) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(values.size()) * sizeof(To));
  for (int i = 0; i < values.size(); ++i) {
    const auto value = static_cast<To>(values.Get(i));
    std::memcpy(bytes.data() + static_cast<std::size_t>(i) * sizeof(To), &value, sizeof(To));
  }
  return bytes;
}

// The typed fields, which hold small types in wider ones.
std::vector<std::byte> typed_values(const onnx::TensorProto& proto, ElementType type) {
  switch (type) {
    case ElementType::float32: return narrowed<float>(proto.float_data());
    case ElementType::float64: return narrowed<double>(proto.double_data());
    case ElementType::int64: return narrowed<std::int64_t>(proto.int64_data());
    case ElementType::uint64: return narrowed<std::uint64_t>(proto.uint64_data());
    case ElementType::uint32: return narrowed<std::uint32_t>(proto.uint64_data());
    case ElementType::int32: return narrowed<std::int32_t>(proto.int32_data());
    case ElementType::int16: return narrowed<std::int16_t>(proto.int32_data());
    case ElementType::uint16:
    case ElementType::float16:
    case ElementType::bfloat16: return narrowed<std::uint16_t>(proto.int32_data());
    default: break;
  }
  if (proto.data_type() == onnx::TensorProto::COMPLEX64) return narrowed<float>(proto.float_data());
  if (proto.data_type() == onnx::TensorProto::COMPLEX128)
    return narrowed<double>(proto.double_data());
  return narrowed<std::uint8_t>(proto.int32_data());
}

Result<ExternalFiles::Place> place_of(const onnx::TensorProto& proto) {
  ExternalFiles::Place place;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") place.location = entry.value();
    if (entry.key() != "length" && entry.key() != "offset") continue;
    const auto count = parse_count(entry.value());
    if (!count)
      return fail(fmt::format("the weight {} has the {} {}, which is no number of bytes",
                              in_quotes(proto.name()), entry.key(), in_quotes(entry.value())));
    if (entry.key() == "length") place.length = *count;
    if (entry.key() == "offset") place.offset = *count;
  }
  return place;
}

std::optional<std::size_t> cut_of(const onnx::TensorProto& proto) {
  // The last one counts: it stands where the raw data stood, in a file that nobody else wrote.
  for (int i = proto.external_data_size() - 1; i >= 0; --i)
    if (proto.external_data(i).key() == kCutKey)
      if (const auto cut = parse_count(proto.external_data(i).value())) return *cut;
  return std::nullopt;
}

Result<Blob> data_of(const onnx::TensorProto& proto, const Tensor& tensor, std::uint64_t needed,
                     TensorPlaces& places) {
  if (proto.data_location() == onnx::TensorProto::EXTERNAL) {
    const auto place = place_of(proto);
    if (!place) return tl::make_unexpected(place.error());
    return places.external.bytes(*place, needed, tensor.name);
  }
  if (const auto cut = cut_of(proto); cut && *cut < places.slim.cuts.size()) {
    const auto [offset, size] = places.slim.cuts[*cut];
    return Blob{places.file.owner, places.file.bytes.subspan(offset, size)};
  }
  if (!proto.raw_data().empty()) {
    const auto* start = reinterpret_cast<const std::byte*>(proto.raw_data().data());
    return make_blob({start, start + proto.raw_data().size()});
  }
  return make_blob(typed_values(proto, tensor.type));
}

}  // namespace

Result<Tensor> read_tensor(const onnx::TensorProto& proto, TensorPlaces& places) {
  Tensor tensor;
  tensor.name = proto.name();
  tensor.onnx_type = proto.data_type();
  tensor.type = from_onnx(proto.data_type());
  tensor.shape.assign(proto.dims().begin(), proto.dims().end());
  if (proto.has_segment())
    return fail(fmt::format("the weight {} is a segment of a tensor, which nothing can read",
                            in_quotes(tensor.name)));
  if (proto.data_type() == onnx::TensorProto::STRING) {
    tensor.texts.assign(proto.string_data().begin(), proto.string_data().end());
    if (count_of(tensor.shape) != tensor.texts.size())
      return fail(fmt::format("the weight {} has {} texts; its shape is {}", in_quotes(tensor.name),
                              tensor.texts.size(), format_shape(tensor.shape)));
    return tensor;
  }
  const auto needed = bytes_needed(tensor);
  if (!needed) return tl::make_unexpected(needed.error());
  auto data = data_of(proto, tensor, *needed, places);
  if (!data) return tl::make_unexpected(data.error());
  if (data->bytes.size() != *needed)
    return fail(fmt::format("the weight {} has {} bytes; its shape {} needs {}",
                            in_quotes(tensor.name), data->bytes.size(), format_shape(tensor.shape),
                            *needed));
  tensor.data = *std::move(data);
  tensor.external = proto.data_location() == onnx::TensorProto::EXTERNAL;
  return tensor;
}

}  // namespace jetmeter
