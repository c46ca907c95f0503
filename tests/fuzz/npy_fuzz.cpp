#include <array>

#include "fuzz/fuzz.h"
#include "jetmeter/inputs.h"

namespace jetmeter {
namespace {

// A .npy file of version 1.0 around any literal and any data.
std::string around(std::string_view literal, std::string_view data) {
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(literal.size() & 0xFFU);
  file += static_cast<char>(literal.size() >> 8U);
  return file.append(literal).append(data);
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
  const std::array<std::byte, 24> bytes{};
  return {to_npy({"", ElementType::float32, {2, 3}}, bytes),
          to_npy({"", ElementType::int64, {3}}, bytes),
          to_npy({"", ElementType::uint8, {}}, std::span(bytes).first(1)),
          around("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }\n", "abcdefghijkl"),
          around("{\"shape\":(2L,),\"fortran_order\":False,\"descr\":\"|b1\"}", "\x01\x02"),
          around("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (0,)}", ""),
          std::string("\x93NUMPY\x02\x00\x40\x00\x00\x00", 12) +
              "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 9), }     \n"};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const auto array = read_npy(as_text(data, size));
  if (!array) {
    fuzz_require(!array.error().what.empty(), "a failure has a reason");
    return 0;
  }
  const auto& spec = array->spec;
  const auto needed =
      static_cast<std::size_t>(element_count(spec.shape)) * element_bytes(spec.type);
  fuzz_require(array->bytes.size() == needed, "the bytes are the shape's");
  fuzz_require(needed <= size, "nothing comes from nothing");
  const auto again = read_npy(to_npy(spec, array->bytes));
  fuzz_require(again && again->bytes == array->bytes && again->spec.shape == spec.shape &&
                   again->spec.type == spec.type,
               "what was read can be written and read again");
  return 0;
}
