#include <algorithm>
#include <array>
#include <charconv>

#include "jetmeter/backend.h"

namespace jetmeter {

bool is_refused_allocation(std::string_view error) {
  // std::bad_alloc; ONNX Runtime's arena; errno's words; OpenCV; CUDA and TensorRT.
  constexpr std::array<std::string_view, 7> kWords{
      "bad_alloc",           "Failed to allocate memory", "Cannot allocate memory",
      "Insufficient memory", "Failed to allocate",        "out of memory",
      "OutOfMemory"};
  return std::ranges::any_of(kWords, [&](auto words) { return error.find(words) != error.npos; });
}

std::optional<std::uint64_t> refused_bytes(std::string_view error) {
  // ONNX Runtime's arena; OpenCV.
  constexpr std::array<std::string_view, 2> kBefore{"requested buffer of size ",
                                                    "Failed to allocate "};
  for (const auto before : kBefore) {
    const auto at = error.find(before);
    if (at == error.npos) continue;
    const auto digits = error.substr(at + before.size());
    std::uint64_t bytes = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), bytes);
    if (parsed.ec == std::errc{}) return bytes;
  }
  return std::nullopt;
}

}  // namespace jetmeter
