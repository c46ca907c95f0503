#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstring>

#include "inputs/element_order.h"
#include "inputs/elements.h"
#include "inputs/npy_stream.h"

namespace jetmeter {
namespace {

Result<std::string> read_some(const ByteStream& stream, std::size_t bytes) {
  std::string text(bytes, '\0');
  const auto got = stream.read(std::as_writable_bytes(std::span(text)));
  if (!got) return tl::make_unexpected(got.error());
  text.resize(*got);
  return text;
}

tl::unexpected<Error> cut_off(std::uint64_t needed, std::uint64_t there) {
  return fail(
      fmt::format("is cut off: {} bytes of its array are needed, {} are there", needed, there));
}

// The length of the literal, and how many bytes were read so far.
struct Preamble {
  std::size_t literal_bytes = 0;
  std::size_t bytes = 0;
};

Result<Preamble> read_preamble(const ByteStream& stream) {
  const auto magic = read_some(stream, kNpyMagicBytes);
  if (!magic) return tl::make_unexpected(magic.error());
  const auto width = npy_length_width(*magic);
  if (!width) return tl::make_unexpected(width.error());
  const auto length = read_some(stream, *width);
  if (!length) return tl::make_unexpected(length.error());
  if (length->size() < *width) return fail("is cut off in its header");
  const auto literal = npy_literal_bytes(*length);
  if (!literal) return tl::make_unexpected(literal.error());
  return Preamble{*literal, kNpyMagicBytes + *width};
}

}  // namespace

ByteStream stream_of(std::string_view content) {
  const auto read = [rest = content](std::span<std::byte> out) mutable -> Result<std::size_t> {
    const auto count = std::min(out.size(), rest.size());
    if (count > 0) std::memcpy(out.data(), rest.data(), count);
    rest.remove_prefix(count);
    return count;
  };
  return {read, content.size()};
}

Result<NpyHeader> read_npy_header(const ByteStream& stream) {
  const auto preamble = read_preamble(stream);
  if (!preamble) return tl::make_unexpected(preamble.error());
  const auto literal = read_some(stream, preamble->literal_bytes);
  if (!literal) return tl::make_unexpected(literal.error());
  if (literal->size() < preamble->literal_bytes) return fail("is cut off in its header");
  auto header = parse_npy_literal(*literal);
  if (!header) return header;
  const std::uint64_t used = preamble->bytes + preamble->literal_bytes;
  const std::uint64_t there = stream.size - std::min(stream.size, used);
  if (there < header->data_bytes) return cut_off(header->data_bytes, there);
  if (there > header->data_bytes) {
    return fail(fmt::format(
        "holds {} more bytes than its array of {} {}; several arrays belong "
        "into a .npz",
        there - header->data_bytes, format_shape(header->spec.shape), name(header->spec.type)));
  }
  return header;
}

Result<TensorData> read_npy_data(const ByteStream& stream, const NpyHeader& header) {
  TensorData data{header.spec, std::vector<std::byte>(header.data_bytes)};
  const auto got = stream.read(data.bytes);
  if (!got) return tl::make_unexpected(got.error());
  if (*got < header.data_bytes) return cut_off(header.data_bytes, *got);
  // An archive compares its checksum where a member ends.
  std::byte beyond{};
  if (auto end = stream.read({&beyond, 1}); !end) return tl::make_unexpected(end.error());
  const std::size_t width = element_bytes(header.spec.type);
  if (header.swapped) swap_bytes(data.bytes, width);
  if (header.fortran_order) data.bytes = to_row_major(data.bytes, header.spec.shape, width);
  if (header.spec.type == ElementType::boolean) {
    for (auto& value : data.bytes) value = std::byte{value != std::byte{0}};
  }
  return data;
}

Result<TensorData> read_npy(std::string_view file_content) {
  const auto stream = stream_of(file_content);
  const auto header = read_npy_header(stream);
  if (!header) return tl::make_unexpected(header.error());
  return read_npy_data(stream, *header);
}

std::string to_npy(const TensorSpec& spec, std::span<const std::byte> bytes) {
  if (spec.type == ElementType::bfloat16) {
    const auto wide = widened(bytes);
    return to_npy({spec.name, ElementType::float32, spec.shape}, wide);
  }
  assert(spec.type != ElementType::other);
  std::string file = npy_header(spec);
  file.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return file;
}

}  // namespace jetmeter
