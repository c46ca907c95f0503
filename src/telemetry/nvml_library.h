// The driver's NVML, loaded at run time. Both dlopen and nvmlInit count their users, so every user
// opens one of its own; the library goes when the last of them does. Starting NVML may take long
// where no other user holds it. May be used from any thread, as NVML itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "jetmeter/core.h"
#include "telemetry/nvml_abi.h"

namespace jetmeter {

class NvmlLibrary {
 public:
  // Where host.root is "/", the dynamic linker's search comes first. Under another root the library
  // must be in one of the folders that drivers put it in; it is code, and it is run: it has to be
  // one that answers for that root and not for this machine. Fails with the linker's or NVML's
  // words.
  static Result<NvmlLibrary> open(const Host&);
  ~NvmlLibrary();
  NvmlLibrary(NvmlLibrary&&) noexcept;
  NvmlLibrary& operator=(NvmlLibrary&&) = delete;

  const NvmlFunctions& functions() const { return functions_; }
  // NVML's own, "Not Supported"; "error 77" where it has none.
  std::string words(NvmlReturn) const;
  // "550.54.15"; absent when it does not tell.
  std::optional<std::string> driver_version() const;

 private:
  explicit NvmlLibrary(void* library);
  Result<void> start(const std::string& path);

  void* library_ = nullptr;
  bool started_ = false;
  NvmlFunctions functions_;
};

// A function that the driver does not have answers as NVML would say it.
template <typename... Parameters, typename... Arguments>
NvmlReturn ask(NvmlReturn (*function)(Parameters...), Arguments... arguments) {
  return function != nullptr ? function(arguments...) : NvmlReturn::function_not_found;
}

// One GPU, by its index in NVML, which is part of its channels' names.
struct NvmlGpuHandle {
  unsigned index = 0;
  NvmlDevice device = nullptr;
  NvmlReturn answer = NvmlReturn::success;  // without success, `device` is null: no permission
  std::string name;                         // empty when it does not tell
};
// Fails when NVML counts none, or does not count.
Result<std::vector<NvmlGpuHandle>> nvml_handles(const NvmlLibrary&);

// "GPU 0 (Orin (nvgpu)): Not Supported".
std::string nvml_complaint(const NvmlGpuHandle&, const std::string& words);

}  // namespace jetmeter
