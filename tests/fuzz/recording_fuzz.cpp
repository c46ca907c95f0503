#include "fuzz/fuzz.h"
#include "jetmeter/model.h"
#include "jetmeter/recording.h"

namespace jetmeter {

std::vector<std::string> fuzz_seeds() {
  return {
      R"({"time":"2026-01-31T12:00:00.123456Z","monotonic_ns":12,"source":"cpu","values":{"load.cpu":1.5,"load.cpu0":2}})",
      R"({"time":"2026-01-31T12:00:00.123456Z","monotonic_ns":13,"source":"cpu","gap":"it fell silent"})",
      R"({"backend":"onnxruntime","backend_version":"1.23.2","device":"cpu","jetmeter_version":"0.1.0","base_bytes":65225750,"beside_others":false})"};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const auto text = as_text(data, size);
  RecordedReading reading;
  parse_reading(text, reading);
  if (const auto profile = runtime_profile_from_json(text)) {
    const auto again = runtime_profile_from_json(to_json(*profile));
    fuzz_require(again && *again == *profile, "what is written is read again");
  }
  return 0;
}
