#include "telemetry/nvml_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <initializer_list>
#include <utility>

#include "telemetry/text.h"

namespace jetmeter {
namespace {

constexpr const char* kLibrary = "libnvidia-ml.so.1";

// Debian and Ubuntu, JetPack (its own folder is not always in the linker's cache), Red Hat and
// Arch, WSL, containers with a mounted driver, NixOS.
constexpr std::array<std::string_view, 9> kFolders{"/usr/lib/x86_64-linux-gnu",
                                                   "/usr/lib/aarch64-linux-gnu",
                                                   "/usr/lib/aarch64-linux-gnu/nvidia",
                                                   "/usr/lib/aarch64-linux-gnu/tegra",
                                                   "/usr/lib64",
                                                   "/usr/lib",
                                                   "/usr/lib/wsl/lib",
                                                   "/usr/local/nvidia/lib64",
                                                   "/run/opengl-driver/lib"};

// More than this is no count.
constexpr unsigned kMostGpus = 1024;

struct Loaded {
  void* library = nullptr;
  std::string path;   // what was loaded
  std::string error;  // why nothing was
};

void load_into(Loaded& loaded, const std::string& path) {
  loaded.library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (loaded.library != nullptr) {
    loaded.path = path;
    return;
  }
  const auto* error = ::dlerror();
  if (loaded.error.empty()) loaded.error = clean_name(error != nullptr ? error : "unknown error");
}

Loaded load(const Host& host) {
  Loaded loaded;
  for (const auto folder : kFolders) {
    const auto path = host.path(folder) / kLibrary;
    std::error_code error;
    // A FIFO in its place would stop the program in dlopen.
    if (!std::filesystem::is_regular_file(path, error)) continue;
    load_into(loaded, path.string());
    if (loaded.library != nullptr) return loaded;
  }
  return loaded;
}

Loaded load_for(const Host& host) {
  if (host.root != "/") return load(host);
  Loaded loaded;
  load_into(loaded, kLibrary);
  if (loaded.library != nullptr) return loaded;
  auto found = load(host);
  // What is wrong with a file that exists tells more than that the linker did not find it.
  if (found.library == nullptr && found.error.empty()) found.error = loaded.error;
  return found;
}

template <typename Function>
void find(void* library, Function*& function, std::initializer_list<const char*> names) {
  for (const auto* name : names) {
    function = reinterpret_cast<Function*>(::dlsym(library, name));
    if (function != nullptr) return;
  }
}

// Of several names the newest first.
NvmlFunctions functions_of(void* library) {
  NvmlFunctions f;
  find(library, f.init, {"nvmlInit_v2"});
  find(library, f.shutdown, {"nvmlShutdown"});
  find(library, f.error_string, {"nvmlErrorString"});
  find(library, f.driver_version, {"nvmlSystemGetDriverVersion"});
  find(library, f.count, {"nvmlDeviceGetCount_v2"});
  find(library, f.handle, {"nvmlDeviceGetHandleByIndex_v2"});
  find(library, f.name, {"nvmlDeviceGetName"});
  find(library, f.compute_capability, {"nvmlDeviceGetCudaComputeCapability"});
  find(library, f.utilization, {"nvmlDeviceGetUtilizationRates"});
  find(library, f.memory, {"nvmlDeviceGetMemoryInfo"});
  find(library, f.clock, {"nvmlDeviceGetClockInfo"});
  find(library, f.max_clock, {"nvmlDeviceGetMaxClockInfo"});
  find(library, f.temperature, {"nvmlDeviceGetTemperature"});
  find(library, f.temperature_v, {"nvmlDeviceGetTemperatureV"});
  find(library, f.power, {"nvmlDeviceGetPowerUsage"});
  find(library, f.energy, {"nvmlDeviceGetTotalEnergyConsumption"});
  find(library, f.clock_reasons,
       {"nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons"});
  find(library, f.compute_processes,
       {"nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetComputeRunningProcesses_v2",
        "nvmlDeviceGetComputeRunningProcesses"});
  find(library, f.graphics_processes,
       {"nvmlDeviceGetGraphicsRunningProcesses_v3", "nvmlDeviceGetGraphicsRunningProcesses_v2",
        "nvmlDeviceGetGraphicsRunningProcesses"});
  return f;
}

}  // namespace

NvmlLibrary::NvmlLibrary(void* library) : library_(library), functions_(functions_of(library)) {}

NvmlLibrary::NvmlLibrary(NvmlLibrary&& other) noexcept
    : library_(std::exchange(other.library_, nullptr)),
      started_(std::exchange(other.started_, false)),
      functions_(other.functions_) {}

NvmlLibrary::~NvmlLibrary() {
  if (started_) functions_.shutdown();
  if (library_ != nullptr) ::dlclose(library_);
}

Result<NvmlLibrary> NvmlLibrary::open(const Host& host) {
  const auto loaded = load_for(host);
  if (loaded.library == nullptr && loaded.error.empty())
    return fail(fmt::format("no {} (NVML, a part of NVIDIA's driver) in the library folders of {}",
                            kLibrary, in_quotes(host.root.string())));
  if (loaded.library == nullptr)
    return fail("NVML, a part of NVIDIA's driver, cannot be loaded: " + loaded.error);
  NvmlLibrary library(loaded.library);
  if (const auto started = library.start(loaded.path); !started)
    return tl::make_unexpected(started.error());
  return library;
}

Result<void> NvmlLibrary::start(const std::string& path) {
  const auto& f = functions_;
  if (f.init == nullptr || f.shutdown == nullptr || f.count == nullptr || f.handle == nullptr)
    return fail(in_quotes(path) + " is not NVML, or older than driver 319: functions are missing");
  const auto answer = f.init();
  started_ = answer == NvmlReturn::success;
  if (started_) return {};
  const auto* advice = answer == NvmlReturn::library_mismatch
                           ? "; the driver was updated while its old module runs: reboot"
                           : "";
  return fail("NVML (" + in_quotes(path) + ") does not start: " + words(answer) + advice);
}

std::string NvmlLibrary::words(NvmlReturn answer) const {
  const auto code = static_cast<int>(answer);
  const auto* text = functions_.error_string != nullptr ? functions_.error_string(answer) : nullptr;
  auto words = text != nullptr ? clean_name(text) : std::string();
  return words.empty() ? fmt::format("error {}", code) : words;
}

std::optional<std::string> NvmlLibrary::driver_version() const {
  std::array<char, kNvmlDriverVersionBytes + 1> text{};
  const auto answer = ask(functions_.driver_version, text.data(), kNvmlDriverVersionBytes);
  auto version = clean_name(text.data());
  if (answer != NvmlReturn::success || version.empty()) return std::nullopt;
  return version;
}

Result<std::vector<NvmlGpuHandle>> nvml_handles(const NvmlLibrary& library) {
  const auto& f = library.functions();
  unsigned count = 0;
  const auto counted = f.count(&count);
  if (counted != NvmlReturn::success)
    return fail("NVML does not count its GPUs: " + library.words(counted));
  if (count == 0) return fail("NVML finds no GPU");
  if (count > kMostGpus) return fail(fmt::format("NVML counts {} GPUs: not believed", count));
  std::vector<NvmlGpuHandle> gpus(count);
  for (unsigned index = 0; index < count; ++index) {
    auto& gpu = gpus[index];
    gpu.index = index;
    gpu.answer = f.handle(index, &gpu.device);
    if (gpu.answer != NvmlReturn::success) {
      gpu.device = nullptr;
      continue;
    }
    std::array<char, kNvmlNameBytes + 1> name{};
    if (ask(f.name, gpu.device, name.data(), kNvmlNameBytes) == NvmlReturn::success)
      gpu.name = clean_name(name.data());
  }
  return gpus;
}

std::string nvml_complaint(const NvmlGpuHandle& gpu, const std::string& words) {
  const auto name = gpu.name.empty() ? std::string() : " (" + gpu.name + ")";
  return fmt::format("GPU {}{}: {}", gpu.index, name, words);
}

}  // namespace jetmeter
