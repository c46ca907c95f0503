// NumPy's names of element types: "<f4", "|b1", ">i8".
#pragma once

#include <string>
#include <string_view>

#include "jetmeter/core.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

struct NpyDtype {
  ElementType type = ElementType::other;
  bool swapped = false;  // not in this machine's byte order
};
// Never `other` or bfloat16. Errors are to be read after the file's name.
Result<NpyDtype> parse_npy_dtype(std::string_view descr);

// In this machine's byte order. REQUIRES: neither `other` nor bfloat16.
std::string npy_dtype(ElementType);

}  // namespace jetmeter
