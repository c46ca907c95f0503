#include "fuzz/fuzz.h"
#include "pipelines/names.h"

namespace jetmeter {

std::vector<std::string> fuzz_seeds() {
  return {"{0: 'person', 1: 'bicycle'}", R"(["person", 'traffic light', "it's"])",
          R"({0: 'a\'b', 1: "c\\d"})", "[480, 640]", "640"};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const auto text = as_text(data, size);
  parse_names(text);
  parse_image_size(text);
  return 0;
}
