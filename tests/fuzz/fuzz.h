// A target is one file that defines LLVMFuzzerTestOneInput (any bytes must be survived) and
// fuzz_seeds (what its parser understands). It is run by driver.cpp, as a test like any other, or
// by clang's libFuzzer (-DJM_FUZZ=ON).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace jetmeter {

std::vector<std::string> fuzz_seeds();

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Like assert, in every build.
inline void fuzz_require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace jetmeter
