// The process's ONNX Runtime and the devices that it can compute on: one per execution provider
// that the library at hand can really start.
#pragma once

#include <onnxruntime_cxx_api.h>

#include <string>
#include <utility>
#include <vector>

#include "jetmeter/backend.h"

namespace jetmeter {

// Made at the first call, never destroyed: it must outlive every session.
Ort::Env& ort_environment();

// Fails when the library is older than the interface that the headers were written for. Nothing
// else of the library may be called then, except for its version.
Result<void> library_serves_headers();

struct OrtDeviceChoice {
  std::string name, provider;                                // "cuda:0", "CUDAExecutionProvider"
  std::vector<std::pair<std::string, std::string>> options;  // the user's, and the device's index
};

// The names of the devices that start, the preferred one first.
std::vector<std::string> startable_ort_devices();
// The device that the options name, or the preferred one.
Result<OrtDeviceChoice> choose_ort_device(const LoadOptions&);
// Throws Ort::Exception when the provider does not start or refuses an option.
void append_to(Ort::SessionOptions&, const OrtDeviceChoice&);

}  // namespace jetmeter
