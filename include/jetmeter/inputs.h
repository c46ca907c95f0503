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
  // Of what make_inputs() took from a file, what the file's owner may not expect: "converted from
  // float64; 3 of its values are no finite numbers". Empty: nothing.
  std::string remark = {};
};

// ---- shapes ------------------------------------------------------------------------------------

// "1x3x640x640" or "1,3,640,640"; "scalar" has no axes.
Result<Shape> parse_shape(std::string_view);

// What the user said of shapes: by input name, or under "" for a model with one input.
using ShapeWishes = std::map<std::string, Shape, std::less<>>;
// "images=1x3x640x640", "1x3x640x640". An axis of 0 is taken at its word.
Result<ShapeWishes> parse_shape_wishes(std::span<const std::string>);

// One concrete shape per input. An open first axis is a batch of `batch`; every other open axis
// needs a wish, and the error names the input, its axes and an option that would do. A wish must
// fit the axes that the model fixes; a batch other than 1 has to be the first axis of some input.
struct ShapeOptions {
  ShapeWishes wishes;
  std::int64_t batch = 1;
  std::uint64_t max_bytes = std::uint64_t{8} << 30;  // of one input
};
Result<std::vector<Shape>> concrete_shapes(std::span<const TensorSpec> inputs, const ShapeOptions&);

// ---- values ------------------------------------------------------------------------------------

enum class FillKind {
  // Floats uniform in [low, high), booleans 0 or 1. Integers are often indices or token ids, and
  // one
  // beyond the vocabulary crashes its model: uniform in [0, 2) unless a range was given.
  random,
  constant,
  npy,   // one .npy file
  npz,   // one member of a .npz: its own name, or the one given
  raw,   // bytes of exactly the tensor's size
  image  // one picture, stretched to the input's height and width, RGB or grey by its channels,
         // NCHW or NHWC by its shape; scaled by 1/255 for floats, as it is for uint8
};
struct Fill {
  FillKind kind = FillKind::random;
  double low = 0, high = 1;  // random; finite, low < high
  bool range_given = false;
  double value = 0;  // constant
  std::filesystem::path file;
  std::string member;  // npz; empty: the input's name, or the only one
};

// Fills by input name; "" is every input that has none of its own.
using Fills = std::map<std::string, Fill, std::less<>>;
// "images=random", "images=random:-1:1", "mask=const:1", "images=cat.jpg", "x=x.npy",
// "all.npz" (each input by its name), "x=all.npz:member", "x=raw:x.bin", "random". A file whose
// name holds a '=' is written after one: "=a=b.npy".
Result<Fills> parse_fills(std::span<const std::string>);

// As above; of an input whose axes are open and that has no wish, the shape of the .npy or the
// member of a .npz that fills it. One that does not fit the model's axes, or a batch other than 1,
// is an error that says both.
Result<std::vector<Shape>> concrete_shapes(std::span<const TensorSpec> inputs, const ShapeOptions&,
                                           const Fills&);

// For reports: "random in [-1, 1), seed 1", "cat.jpg as picture".
std::string describe(const Fill&, std::uint64_t seed);

// One tensor per input, of exactly the type and shape asked for. Files of another type or shape
// are an error that says both; float files are converted between floats (bfloat16 too, to which
// NumPy has no other way) and integers between widths, where every value fits. An input's random
// values depend on the seed and its place among the inputs alone, on every machine.
Result<std::vector<TensorData>> make_inputs(std::span<const TensorSpec> concrete, const Fills&,
                                            std::uint64_t seed);

// ---- files -------------------------------------------------------------------------------------

// NumPy's format, versions 1 to 3, C and Fortran order, either byte order; every element type of
// tensor.h but bfloat16. Objects, strings, complex numbers and structures are refused by name.
// Errors of read_npy are to be read after the file's name.
Result<TensorData> read_npy(std::string_view file_content);
Result<TensorData> read_npy_file(const std::filesystem::path&);
// Version 1, C order; bfloat16, for which NumPy has no name, as float32. REQUIRES: not `other`, and
// as many bytes as the shape has.
std::string to_npy(const TensorSpec&, std::span<const std::byte>);

// The arrays of a .npz, in its order and by name; stored or deflated.
Result<std::vector<TensorData>> read_npz_file(const std::filesystem::path&);
// Writes them all, stored; complete or not there at all. Those without a name are arr_0, arr_1, …
// by their place; bfloat16 is written as float32. Equal tensors give equal files.
Result<void> write_npz_file(const std::filesystem::path&, std::span<const TensorData>);

}  // namespace jetmeter
