// What a worker that died in the middle of a message, or wrote over its own memory, may send.
#include <nlohmann/json.hpp>

#include "fuzz/fuzz.h"
#include "run/orders.h"
#include "run/wire.h"

namespace jetmeter {

std::vector<std::string> fuzz_seeds() {
  FrameSample sample;
  sample.id_bytes = 3;
  sample.detections = 1;
  sample.truths = 1;
  std::string frame(reinterpret_cast<const char*>(&sample), sizeof sample);
  frame += "abc" + std::string(sizeof(Detection) + sizeof(Truth), '\0');
  ModelReport model;
  model.labels = {"person"};
  return {frame, to_json(PassOrder{"measure", 10, {1, 2}, true}),
          to_json(PhaseReport{"warmup", {}}), to_json(PassReport{}), to_json(model)};
}

namespace {

// A message that does not parse is told by the exception.
template <typename Parse>
void parse_json(Parse parse, std::string_view text) {
  try {
    parse(text);
  } catch (const nlohmann::json::exception&) {
  }
}

}  // namespace
}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const auto text = as_text(data, size);
  parse_frame(text);
  parse_json(worker_spec_from_json, text);
  parse_json(pass_order_from_json, text);
  parse_json(phase_report_from_json, text);
  parse_json(pass_report_from_json, text);
  parse_json(model_report_from_json, text);
  return 0;
}
