// Models for the reference backend: detectors that find nothing, slowly or fatally.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace jetmeter {

struct ReferenceModel {
  int delay_ms = 2;
  int load_delay_ms = 0;
  int allocate_mb = 0;
  std::string fault;          // empty: none
  std::string phase = "run";  // of the fault
  int at = 0;                 // call of run() that it happens in

  // 32x32 input, yolo head with two classes on its 21 anchors.
  std::string text() const {
    nlohmann::json model{
        {"inputs", {{{"name", "images"}, {"type", "float32"}, {"shape", {1, 3, 32, 32}}}}},
        {"outputs", {{{"name", "output0"}, {"type", "float32"}, {"shape", {1, 6, 21}}}}},
        {"metadata", {{"names", "{0: 'red-box', 1: 'green-disc'}"}}},
        {"behaviour", "noop"},
        {"delay_ms", delay_ms},
        {"load_delay_ms", load_delay_ms},
        {"allocate_mb", allocate_mb}};
    if (!fault.empty()) model["fault"] = {{"kind", fault}, {"phase", phase}};
    if (!fault.empty() && phase == "run") model["fault"]["at"] = at;
    return model.dump();
  }
};

}  // namespace jetmeter
