#include <array>

#include "accuracy/coco_json.h"
#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"

namespace jetmeter {

std::vector<std::string> fuzz_seeds() {
  return {R"({"images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b/c.png"}],
 "categories": [{"id": 1, "name": "person"}, {"id": 3, "name": "car"}],
 "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3.5, 4], "iscrowd": 0},
  {"image_id": 2, "category_id": 3, "bbox": [0, 0, 10, 10], "iscrowd": true}]})",
          R"({"images": [], "categories": [{"id": 0, "name": "x"}], "annotations": []})"};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  static MemoryFile file;
  static const std::array<std::string, 2> labels{"person", "dog"};
  fuzz_require(file.hold(as_text(data, size)), "the file can be written");
  for (const auto given : {std::span<const std::string>(), std::span<const std::string>(labels)}) {
    const auto truth = read_coco_json(file.path(), given);
    fuzz_require(truth || !truth.error().what.empty(), "a failure has a reason");
  }
  return 0;
}
