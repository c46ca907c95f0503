#include "inputs/npy_header.h"

#include <fmt/format.h>

#include <cassert>

#include "inputs/extents.h"
#include "inputs/npy_dtype.h"
#include "inputs/npy_literal.h"

namespace jetmeter {
namespace {

using namespace std::string_view_literals;

constexpr auto kMagic = "\x93NUMPY"sv;

}  // namespace

Result<std::size_t> npy_length_width(std::string_view magic) {
  if (magic.empty()) return fail("is an empty file");
  if (magic.size() < kNpyMagicBytes || !magic.starts_with(kMagic)) {
    return fail("is not in NumPy's .npy format");
  }
  const int major = static_cast<unsigned char>(magic[kMagic.size()]);
  const int minor = static_cast<unsigned char>(magic[kMagic.size() + 1]);
  if (major < 1 || major > 3 || minor != 0) {
    return fail(fmt::format("is of version {}.{} of the .npy format; 1.0, 2.0 and 3.0 are known",
                            major, minor));
  }
  return major == 1 ? 2 : 4;
}

Result<std::size_t> npy_literal_bytes(std::string_view length) {
  std::size_t bytes = 0;  // little endian
  for (std::size_t i = length.size(); i-- > 0;) {
    bytes = bytes << 8 | static_cast<unsigned char>(length[i]);
  }
  if (bytes > kNpyMaxHeaderBytes) {
    return fail(fmt::format("announces a header of {} bytes; over {} is no array's", bytes,
                            kNpyMaxHeaderBytes));
  }
  return bytes;
}

Result<NpyHeader> parse_npy_literal(std::string_view text) {
  const auto literal = read_npy_literal(text);
  if (!literal) return tl::make_unexpected(literal.error());
  const auto type = parse_npy_dtype(literal->descr);
  if (!type) return tl::make_unexpected(type.error());
  const auto bytes = tensor_bytes(type->type, literal->shape);
  if (!bytes) return fail("announces an array that no memory holds");
  return NpyHeader{{"", type->type, literal->shape}, literal->fortran_order, type->swapped, *bytes};
}

std::string npy_header(const TensorSpec& spec) {
  std::string shape;
  for (const auto extent : spec.shape) {
    assert(extent >= 0);
    shape += fmt::format("{}{}", shape.empty() ? "" : ", ", extent);
  }
  if (spec.shape.size() == 1) shape += ',';
  std::string literal = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                                    npy_dtype(spec.type), shape);
  constexpr std::size_t kAlignment = 64;
  const std::size_t preamble = kNpyMagicBytes + 2;
  const std::size_t used = preamble + literal.size() + 1;
  literal.append((kAlignment - used % kAlignment) % kAlignment, ' ');
  literal += '\n';
  assert(literal.size() <= 0xFFFF);
  std::string header(kMagic);
  header += "\x01\x00"sv;
  header += static_cast<char>(literal.size() & 0xFFU);
  header += static_cast<char>(literal.size() >> 8U);
  return header + literal;
}

}  // namespace jetmeter
