// What a model is fed when nobody's camera is at hand: which shape, and which bytes. Parsing and
// generating are pure but for the files that are named; repeatable from the seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// A tensor that owns its bytes: dense, row-major, the machine's byte order.
struct TensorData {
  TensorSpec spec;  // all extents concrete
  std::vector<std::byte> bytes;
};

// ---- shapes ------------------------------------------------------------------------------------

// "1x3x640x640" or "1,3,640,640".
Result<Shape> parse_shape(std::string_view);

// What the user said of shapes: by input name, or under "" for a model with one input.
using ShapeWishes = std::map<std::string, Shape, std::less<>>;
// "images=1x3x640x640", "1x3x640x640".
Result<ShapeWishes> parse_shape_wishes(std::span<const std::string>);

// One concrete shape per input. An open first axis is a batch of `batch`; every other open axis
// needs a wish, and the error names the input, its axes and an option that would do. A wish must
// fit the axes that the model fixes.
struct ShapeOptions {
  ShapeWishes wishes;
  std::int64_t batch = 1;
  std::uint64_t max_bytes = std::uint64_t{8} << 30;  // of one input
};
Result<std::vector<Shape>> concrete_shapes(std::span<const TensorSpec> inputs, const ShapeOptions&);

// ---- values ------------------------------------------------------------------------------------

enum class FillKind {
  random,  // by type: floats uniform in [low, high), integers uniform in their range or [low, high)
  constant,
  npy,   // one .npy file
  npz,   // one member of a .npz: its own name, or the one given
  raw,   // bytes of exactly the tensor's size
  image  // one picture, resized to the input's height and width, RGB, scaled by 1/255 for floats
};
struct Fill {
  FillKind kind = FillKind::random;
  double low = 0, high = 1;  // random
  bool range_given = false;
  double value = 0;  // constant
  std::filesystem::path file;
  std::string member;  // npz; empty: the input's name, or the only one
};

// Fills by input name; "" is every input that has none of its own.
using Fills = std::map<std::string, Fill, std::less<>>;
// "images=random", "images=random:-1:1", "mask=const:1", "images=cat.jpg", "x=x.npy",
// "all.npz" (each input by its name), "x=all.npz:member", "x=raw:x.bin", "random".
Result<Fills> parse_fills(std::span<const std::string>);

// One tensor per input, of exactly the type and shape asked for. Files of another type or shape
// are an error that says both; float files are converted between float16, float32 and float64, and
// integers between widths where every value fits.
Result<std::vector<TensorData>> make_inputs(std::span<const TensorSpec> concrete, const Fills&,
                                            std::uint64_t seed);

// ---- files -------------------------------------------------------------------------------------

// NumPy's format, versions 1 to 3, C and Fortran order, either byte order; every element type of
// tensor.h but bfloat16. Objects, strings and structures are refused by name.
Result<TensorData> read_npy(std::string_view file_content);
Result<TensorData> read_npy_file(const std::filesystem::path&);
std::string to_npy(const TensorSpec&, std::span<const std::byte>);  // version 1, C order

// The arrays of a .npz by name, or one of them.
Result<std::vector<TensorData>> read_npz_file(const std::filesystem::path&);
// Writes them all, stored or deflated; complete or not there at all.
Result<void> write_npz_file(const std::filesystem::path&, std::span<const TensorData>);

}  // namespace jetmeter
