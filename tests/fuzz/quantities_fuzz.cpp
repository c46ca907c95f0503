#include <array>

#include "fuzz/fuzz.h"
#include "jetmeter/core.h"

namespace jetmeter {

std::vector<std::string> fuzz_seeds() {
  return {"8GiB", "512MiB", "1.5g", "4096", "500ms", "10s", "2min", "1h", "250us", "0.25"};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const auto text = as_text(data, size);
  if (const auto bytes = parse_bytes(text)) format_bytes(*bytes);
  if (const auto duration = parse_duration(text)) format_duration(*duration);
  for (const char c : in_quotes(text))
    fuzz_require(static_cast<unsigned char>(c) >= ' ', "control characters are made visible");
  const std::array<std::string, 2> candidates{"detect", "report"};
  closest(text.substr(0, 100), candidates);
  return 0;
}
