#include <array>

#include "fuzz/fuzz.h"
#include "jetmeter/inputs.h"

namespace jetmeter {

std::vector<std::string> fuzz_seeds() {
  return {"images=1x3x640x640", "1,3,640,640", "scalar",  "images=random:-1:1", "mask=const:1",
          "images=cat.jpg",     "x=all.npz:m", "x=x.npy", "x=raw:x.bin",        "=a=b.npz"};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const std::array<std::string, 1> option{std::string(as_text(data, size))};
  if (const auto shape = parse_shape(option[0])) {
    fuzz_require(parse_shape(format_shape(*shape)) == *shape, "a shape is read as it is written");
    fuzz_require(element_count(*shape) >= 0, "elements can be counted");
  }
  static const std::array<TensorSpec, 2> kInputs{
      TensorSpec{"images", ElementType::float32, {kDynamic, 3, kDynamic, kDynamic}},
      TensorSpec{"x", ElementType::float64, {kDynamic}}};
  if (const auto wishes = parse_shape_wishes(option)) {
    const auto shapes = concrete_shapes(kInputs, {.wishes = *wishes});
    fuzz_require(shapes || !shapes.error().what.empty(), "a failure has a reason");
  }
  const auto fills = parse_fills(option);
  fuzz_require(fills || !fills.error().what.empty(), "a failure has a reason");
  if (fills) fuzz_require(!describe(fills->begin()->second, 1).empty(), "a fill is described");
  return 0;
}
