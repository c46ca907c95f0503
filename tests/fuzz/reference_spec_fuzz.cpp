#include "backends/reference_spec.h"
#include "fuzz/fuzz.h"

namespace jetmeter {

std::vector<std::string> fuzz_seeds() {
  return {R"({"inputs": [{"name": "images", "type": "float32", "shape": [1, 3, 8, 8]}],
 "outputs": [{"name": "output0", "type": "float32", "shape": [1, 6, 2]}],
 "behaviour": "constant", "values": [[1, 2, 3, 4, 5, 6, 7, 8, 9, 0.5, 1e3, -2]], "metadata": {"names": "{0: 'person'}"},
 "delay_ms": 3, "load_delay_ms": 5, "allocate_mb": 16,
 "fault": {"kind": "segfault", "phase": "run", "at": 2}})",
          R"({"inputs": [{"name": "x", "type": "int8", "shape": [1, -1]}], "outputs": [],
 "behaviour": "identity", "layers": [{"name": "a", "type": "Relu", "microseconds": 40}],
 "stages": {"host_to_device_us": 10, "enqueue_us": 20, "compute_us": 100, "device_to_host_us": 5}})"};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const auto spec = parse_reference_spec(as_text(data, size));
  fuzz_require(spec || !spec.error().what.empty(), "a failure has a reason");
  return 0;
}
