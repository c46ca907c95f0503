#include "backends/onnxruntime_devices.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>

#include "backends/execution_provider.h"

namespace jetmeter {
namespace {

using Options = std::vector<std::pair<std::string, std::string>>;

void ORT_API_CALL log_to_stderr(void*, OrtLoggingLevel, const char* category, const char*,
                                const char*, const char* message) {
  std::fprintf(stderr, "onnxruntime: %s: %s\n", category, message);
}

struct KeyPointers {
  explicit KeyPointers(const Options& options) {
    for (const auto& [key, value] : options) {
      keys.push_back(key.c_str());
      values.push_back(value.c_str());
    }
  }
  std::vector<const char*> keys, values;
};

void append_cuda(Ort::SessionOptions& session_options, const Options& options) {
  const auto& api = Ort::GetApi();
  OrtCUDAProviderOptionsV2* cuda = nullptr;
  Ort::ThrowOnError(api.CreateCUDAProviderOptions(&cuda));
  const std::unique_ptr<OrtCUDAProviderOptionsV2, decltype(api.ReleaseCUDAProviderOptions)> owner(
      cuda, api.ReleaseCUDAProviderOptions);
  const KeyPointers pointers(options);
  Ort::ThrowOnError(api.UpdateCUDAProviderOptions(cuda, pointers.keys.data(),
                                                  pointers.values.data(), options.size()));
  session_options.AppendExecutionProvider_CUDA_V2(*cuda);
}

void append_tensorrt(Ort::SessionOptions& session_options, const Options& options) {
  const auto& api = Ort::GetApi();
  OrtTensorRTProviderOptionsV2* tensorrt = nullptr;
  Ort::ThrowOnError(api.CreateTensorRTProviderOptions(&tensorrt));
  const std::unique_ptr<OrtTensorRTProviderOptionsV2, decltype(api.ReleaseTensorRTProviderOptions)>
      owner(tensorrt, api.ReleaseTensorRTProviderOptions);
  const KeyPointers pointers(options);
  Ort::ThrowOnError(api.UpdateTensorRTProviderOptions(tensorrt, pointers.keys.data(),
                                                      pointers.values.data(), options.size()));
  session_options.AppendExecutionProvider_TensorRT_V2(*tensorrt);
}

// Options of the CPU provider are entries of the session's configuration, as are "session." keys.
void append_provider(Ort::SessionOptions& session_options, const std::string& provider,
                     const Options& options) {
  const auto kind = device_kind(provider);
  Options own;
  for (const auto& option : options) {
    if (kind == "cpu" || option.first.starts_with("session."))
      session_options.AddConfigEntry(option.first.c_str(), option.second.c_str());
    else
      own.push_back(option);
  }
  if (kind == "cpu") return;
  if (kind == "cuda") return append_cuda(session_options, own);
  if (kind == "tensorrt") return append_tensorrt(session_options, own);
  session_options.AppendExecutionProvider(append_name(provider), {own.begin(), own.end()});
}

// A library lists every provider that it was compiled with; most of them load a second library,
// which may not be there.
bool can_start(const std::string& provider) {
  try {
    Ort::SessionOptions session_options;
    append_provider(session_options, provider, {});
    return true;
  } catch (const Ort::Exception&) {
    return false;
  }
}

std::vector<std::string> startable_providers() {
  ort_environment();
  auto providers = by_preference(Ort::GetAvailableProviders());
  std::erase_if(providers, [](const auto& provider) { return !can_start(provider); });
  return providers;
}

std::vector<std::string> device_names(const std::vector<std::string>& providers) {
  std::vector<std::string> names;
  std::transform(providers.begin(), providers.end(), std::back_inserter(names),
                 [](const auto& provider) { return device_name(provider); });
  return names;
}

}  // namespace

// Its own logger would write to stdout, between our results.
Ort::Env& ort_environment() {
  static auto* const env =
      new Ort::Env(ORT_LOGGING_LEVEL_ERROR, "jetmeter", log_to_stderr, nullptr);
  return *env;
}

Result<void> library_serves_headers() {
  if (OrtGetApiBase()->GetApi(ORT_API_VERSION) != nullptr) return {};
  return fail(
      fmt::format("the ONNX Runtime library {} is older than the headers that jetmeter was "
                  "built with (interface {})",
                  Ort::GetVersionString(), ORT_API_VERSION));
}

std::vector<std::string> startable_ort_devices() {
  return device_names(startable_providers());
}

Result<OrtDeviceChoice> choose_ort_device(const LoadOptions& options) {
  if (options.device.empty()) {
    const auto startable = startable_providers();
    if (startable.empty()) return fail("this ONNX Runtime library offers no execution provider");
    return OrtDeviceChoice{device_name(startable.front()), startable.front(), options.options};
  }
  const auto wanted = parse_device(options.device);
  const auto known = by_preference(Ort::GetAvailableProviders());
  for (const auto& provider : known) {
    const auto kind = device_kind(provider);
    if (!wanted || wanted->kind != kind || (wanted->index && !has_index(kind))) continue;
    if (!can_start(provider))
      return fail(
          fmt::format("{} does not start on this machine, although this ONNX Runtime "
                      "library was built with it; there is {}",
                      kind, fmt::join(startable_ort_devices(), ", ")));
    OrtDeviceChoice device{kind, provider, options.options};
    if (!has_index(kind)) return device;
    const auto index = std::to_string(wanted->index.value_or(0));
    device.name = fmt::format("{}:{}", kind, index);
    device.options.emplace_back("device_id", index);
    return device;
  }
  return fail(fmt::format("there is no device {}; here ONNX Runtime has {}",
                          in_quotes(options.device), fmt::join(startable_ort_devices(), ", ")));
}

void append_to(Ort::SessionOptions& session_options, const OrtDeviceChoice& device) {
  append_provider(session_options, device.provider, device.options);
}

}  // namespace jetmeter
