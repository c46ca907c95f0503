#include "fuzz/fuzz.h"
#include "telemetry/text.h"

namespace jetmeter {

std::vector<std::string> fuzz_seeds() {
  return {"MemTotal:       7802880 kB\nMemFree:  100 kB\nSwapTotal: 3901440 kB\n",
          "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 0 0\nintr 1 2\n",
          "0-3,5,7-8\n",
          "model name\t: ARMv8 Processor rev 1 (v8l)\nHardware : x\n",
          "-12.5e3",
          "58312\n",
          std::string("NVIDIA Jetson AGX Orin\0nvidia,tegra234\0", 40)};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const auto text = as_text(data, size);
  for (auto rest = text; const auto line = next_line(rest);) {
    auto words = *line;
    for (auto word = next_word(words); !word.empty(); word = next_word(words)) {
      to_number(word);
      to_count(word);
    }
  }
  for (const char c : clean_name(text)) fuzz_require(c >= ' ' && c <= '~', "names are printable");
  meminfo_bytes(text, "MemTotal");
  processor_list(text);
  colon_value(text, "model name");
  return 0;
}
