#include "inputs/npy_dtype.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cassert>

namespace jetmeter {
namespace {

constexpr char kNative = std::endian::native == std::endian::little ? '<' : '>';

struct Code {
  ElementType type;
  std::string_view code;
};
constexpr std::array<Code, 12> kCodes{{{ElementType::boolean, "b1"},
                                       {ElementType::int8, "i1"},
                                       {ElementType::uint8, "u1"},
                                       {ElementType::int16, "i2"},
                                       {ElementType::uint16, "u2"},
                                       {ElementType::int32, "i4"},
                                       {ElementType::uint32, "u4"},
                                       {ElementType::int64, "i8"},
                                       {ElementType::uint64, "u8"},
                                       {ElementType::float16, "f2"},
                                       {ElementType::float32, "f4"},
                                       {ElementType::float64, "f8"}}};

// Why no tensor can be made of it, to be read after "holds".
std::string_view refusal(std::string_view code) {
  switch (code.empty() ? '\0' : code.front()) {
    case 'O': return "Python objects, which are code to be run; save an array of numbers";
    case 'S':
    case 'a': return "byte strings; save an array of numbers";
    case 'U': return "text; save an array of numbers";
    case 'c': return "complex numbers; save their real and imaginary parts as an axis";
    case 'V':
      return "raw records or a type that NumPy has no name for (bfloat16 is saved so); "
             "save it as float32";
    case 'M':
    case 'm': return "dates or durations; save them as numbers";
    case 'f': return "floats of a width that no model takes; save them as float32";
    default: return "elements of an unknown type";
  }
}

}  // namespace

Result<NpyDtype> parse_npy_dtype(std::string_view descr) {
  std::string_view code = descr;
  char order = '=';
  if (!code.empty() && std::string_view("<>=|").find(code.front()) != std::string_view::npos) {
    order = code.front();
    code.remove_prefix(1);
  }
  if (code == "?") code = "b1";
  for (const auto& known : kCodes) {
    if (known.code != code) continue;
    const bool wide = element_bytes(known.type) > 1;
    return NpyDtype{known.type, wide && (order == '<' || order == '>') && order != kNative};
  }
  return fail(fmt::format("holds {} (NumPy type {})", refusal(code), in_quotes(descr)));
}

std::string npy_dtype(ElementType type) {
  for (const auto& known : kCodes) {
    if (known.type != type) continue;
    return (element_bytes(type) > 1 ? kNative : '|') + std::string(known.code);
  }
  assert(false);
  return "";
}

}  // namespace jetmeter
