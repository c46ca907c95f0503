// The Python literal in the header of a .npy file: {'descr': '<f4', 'fortran_order': False,
// 'shape': (3, 4), }. Exactly these three keys, each once, in any order; nothing is nested.
#pragma once

#include <string>
#include <string_view>

#include "jetmeter/core.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

struct NpyLiteral {
  std::string descr;
  bool fortran_order = false;
  Shape shape;
};
// A list or tuple as 'descr' is a structure and refused as one. Errors are to be read after the
// file's name.
Result<NpyLiteral> read_npy_literal(std::string_view);

}  // namespace jetmeter
