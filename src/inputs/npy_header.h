// The header of a .npy file: a preamble of binary numbers and a Python literal, a dictionary of
// three keys. NumPy's numpy.lib.format is the specification. Pure; any bytes are survived.
// Errors are reasons to be read after the file's name: "is …", "holds …".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "jetmeter/core.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

struct NpyHeader {
  TensorSpec spec;
  bool fortran_order = false;
  bool swapped = false;  // elements are not in this machine's byte order
  std::uint64_t data_bytes = 0;
};

inline constexpr std::size_t kNpyMagicBytes = 8;  // with the two bytes of the version
inline constexpr std::size_t kNpyMaxHeaderBytes = std::size_t{64} * 1024;

// From the first kNpyMagicBytes: how many bytes tell the length of the literal (2 or 4).
Result<std::size_t> npy_length_width(std::string_view magic);
// From those: the length of the literal.
Result<std::size_t> npy_literal_bytes(std::string_view length);
Result<NpyHeader> parse_npy_literal(std::string_view literal);

// The header of version 1.0 in this machine's byte order, preamble and all; a multiple of 64 bytes.
// REQUIRES: the type is one that NumPy has; at most kMostAxes extents, all concrete.
std::string npy_header(const TensorSpec&);

}  // namespace jetmeter
