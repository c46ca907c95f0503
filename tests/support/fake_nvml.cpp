// NVML as a driver answers, without a driver: a shared library with the same symbols, which says
// what "nvml_answers.txt" beside it says at the moment of the call. One answer per line:
//
//   nvmlDeviceGetMemoryInfo 0 85899345920 85000000000 899345920    function, GPU, what it returns
//   nvmlDeviceGetClockInfo/2 0 1593                                function/its second argument
//   nvmlDeviceGetComputeRunningProcesses 0 812:4096 813:-          process:bytes, without a version
//   nvmlInit_v2 - error 18                                         a function without a GPU,
//   failing process_entry_bytes - 24
//
// What no line answers is not supported. The structures are declared here once more, after
// NVIDIA's nvml.h, so that a mistake in ours shows. Built three times, as drivers had and have it:
//   JM_NVML_OLD   without the functions and names that came later
//   JM_NVML_NEXT  without those that are deprecated since CUDA 13
// Nothing here allocates: tests count what reading costs.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

constexpr int kSuccess = 0, kUninitialized = 1, kInvalidArgument = 2, kNotSupported = 3,
              kInsufficientSize = 7, kLost = 15, kMismatch = 18, kVersionMismatch = 25;

using Device = struct FakeDevice*;

struct Utilization {
  unsigned int gpu, memory;
};
struct Memory {
  unsigned long long total, free, used;
};
struct Temperature {
  unsigned int version;
  int sensorType;
  int temperature;
};
// The longest; shorter ones are beginnings of it.
struct ProcessInfo {
  unsigned int pid;
  unsigned long long usedGpuMemory;
  unsigned int gpuInstanceId, computeInstanceId;
  unsigned long long usedGpuCcProtectedMemory;
};

std::atomic<int> users{0};

using Text = std::array<char, 16384>;

// Of the whole file.
std::string_view read_answers(Text& text) {
  Dl_info self{};
  static const char anchor = 0;
  std::array<char, 4096> path{};
  if (dladdr(&anchor, &self) == 0 || std::strlen(self.dli_fname) + 32 > path.size()) return {};
  std::strcpy(path.data(), self.dli_fname);
  std::strcpy(std::strrchr(path.data(), '/') + 1, "nvml_answers.txt");
  const int file = open(path.data(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  const auto size = read(file, text.data(), text.size() - 1);
  close(file);
  const auto bytes = size > 0 ? static_cast<std::size_t>(size) : 0;
  text[bytes] = '\0';  // where a number at the end of the file ends
  return {text.data(), bytes};
}

std::string_view cut(std::string_view& text, char end) {
  const auto at = text.find(end);
  const auto part = text.substr(0, at);
  text.remove_prefix(at == text.npos ? text.size() : at + 1);
  return part;
}

// What follows the function and the GPU; what the numbers are taken from stands in `text`.
struct Answer {
  int code = kNotSupported;
  std::string_view words;
  Text text;
};

void find(Answer& answer, std::string_view function, std::string_view gpu) {
  auto rest = read_answers(answer.text);
  while (!rest.empty()) {
    auto line = cut(rest, '\n');
    if (cut(line, ' ') != function || cut(line, ' ') != gpu) continue;
    answer.words = line;
    answer.code = kSuccess;
    if (cut(line, ' ') == "error") answer.code = std::atoi(line.data());
    return;
  }
}

int ask(Answer& answer, std::string_view function, Device device) {
  if (users == 0) return kUninitialized;
  const auto number = reinterpret_cast<std::size_t>(device);
  if (number == 0 || number > 9) return kInvalidArgument;
  const char digit = static_cast<char>('0' + number - 1);
  find(answer, function, {&digit, 1});
  return answer.code;
}

int ask(Answer& answer, std::string_view function) {
  find(answer, function, "-");
  return answer.code;
}

template <typename Number>
void next(std::string_view& words, Number& number) {
  const auto word = cut(words, ' ');
  number = static_cast<Number>(std::strtoull(word.data(), nullptr, 10));
}

template <typename... Numbers>
int tell(std::string_view function, Device device, Numbers&... numbers) {
  Answer answer;
  const int code = ask(answer, function, device);
  if (code == kSuccess) (next(answer.words, numbers), ...);
  return code;
}

int copy(const Answer& answer, char* out, unsigned int length) {
  if (answer.code != kSuccess) return answer.code;
  if (answer.words.size() + 1 > length) return kInsufficientSize;
  std::memcpy(out, answer.words.data(), answer.words.size());
  out[answer.words.size()] = '\0';
  return kSuccess;
}

std::size_t entry_bytes() {
  Answer answer;
  std::size_t bytes = 24;
  if (ask(answer, "process_entry_bytes") == kSuccess) next(answer.words, bytes);
  return bytes;
}

unsigned int count_words(std::string_view words) {
  unsigned int count = 0;
  for (; !words.empty(); ++count) cut(words, ' ');
  return count;
}

int list(std::string_view function, Device device, unsigned int* count, void* infos) {
  Answer answer;
  if (const int code = ask(answer, function, device); code != kSuccess) return code;
  const auto room = *count;
  *count = count_words(answer.words);
  if (*count > room) return kInsufficientSize;
  const auto bytes = entry_bytes();
  auto* out = static_cast<char*>(infos);
  for (auto words = answer.words; !words.empty(); out += bytes) {
    auto word = cut(words, ' ');
    ProcessInfo info{0, ~0ULL, ~0U, ~0U, 0};
    info.pid = static_cast<unsigned int>(std::strtoul(cut(word, ':').data(), nullptr, 10));
    if (word != "-") info.usedGpuMemory = std::strtoull(word.data(), nullptr, 10);
    std::memcpy(out, &info, bytes);
  }
  return kSuccess;
}

}  // namespace

extern "C" {

// How many have started it and not shut it down.
int fake_nvml_users() {
  return users;
}

int nvmlInit_v2() {
  Answer answer;
  const int code = ask(answer, "nvmlInit_v2");
  if (code != kSuccess && code != kNotSupported) return code;
  ++users;
  return kSuccess;
}
int nvmlShutdown() {
  if (users == 0) return kUninitialized;
  --users;
  return kSuccess;
}
const char* nvmlErrorString(int code) {
  switch (code) {
    case kUninitialized: return "Uninitialized";
    case kNotSupported: return "Not Supported";
    case 4: return "Insufficient Permissions";
    case kLost: return "GPU is lost";
    case kMismatch: return "Driver/library version mismatch";
    case 21: return "No data";
    case 999: return "Unknown Error";
    default: return nullptr;
  }
}
int nvmlSystemGetDriverVersion(char* version, unsigned int length) {
  Answer answer;
  ask(answer, "nvmlSystemGetDriverVersion");
  return copy(answer, version, length);
}
int nvmlDeviceGetCount_v2(unsigned int* count) {
  Answer answer;
  const int code = ask(answer, "nvmlDeviceGetCount_v2");
  if (code == kSuccess) next(answer.words, *count);
  return code;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, Device* device) {
  *device = reinterpret_cast<Device>(static_cast<std::size_t>(index) + 1);
  Answer answer;
  const int code = ask(answer, "nvmlDeviceGetHandleByIndex_v2", *device);
  return code == kNotSupported ? kSuccess : code;
}
int nvmlDeviceGetName(Device device, char* name, unsigned int length) {
  Answer answer;
  ask(answer, "nvmlDeviceGetName", device);
  return copy(answer, name, length);
}
int nvmlDeviceGetCudaComputeCapability(Device device, int* major, int* minor) {
  return tell("nvmlDeviceGetCudaComputeCapability", device, *major, *minor);
}
int nvmlDeviceGetUtilizationRates(Device device, Utilization* rates) {
  return tell("nvmlDeviceGetUtilizationRates", device, rates->gpu, rates->memory);
}
int nvmlDeviceGetMemoryInfo(Device device, Memory* memory) {
  return tell("nvmlDeviceGetMemoryInfo", device, memory->total, memory->free, memory->used);
}
int nvmlDeviceGetClockInfo(Device device, int type, unsigned int* clock) {
  char function[] = "nvmlDeviceGetClockInfo/?";
  function[sizeof function - 2] = static_cast<char>('0' + type);
  return tell(function, device, *clock);
}
int nvmlDeviceGetMaxClockInfo(Device device, int type, unsigned int* clock) {
  char function[] = "nvmlDeviceGetMaxClockInfo/?";
  function[sizeof function - 2] = static_cast<char>('0' + type);
  return tell(function, device, *clock);
}
int nvmlDeviceGetPowerUsage(Device device, unsigned int* power) {
  return tell("nvmlDeviceGetPowerUsage", device, *power);
}

#if !defined(JM_NVML_NEXT)
int nvmlDeviceGetTemperature(Device device, int sensor, unsigned int* temperature) {
  if (sensor != 0) return kInvalidArgument;
  return tell("nvmlDeviceGetTemperature", device, *temperature);
}
int nvmlDeviceGetCurrentClocksThrottleReasons(Device device, unsigned long long* reasons) {
  return tell("nvmlDeviceGetCurrentClocksEventReasons", device, *reasons);
}
#endif

#if defined(JM_NVML_OLD)
int nvmlDeviceGetComputeRunningProcesses(Device device, unsigned int* count, void* infos) {
  return list("nvmlDeviceGetComputeRunningProcesses", device, count, infos);
}
int nvmlDeviceGetGraphicsRunningProcesses(Device device, unsigned int* count, void* infos) {
  return list("nvmlDeviceGetGraphicsRunningProcesses", device, count, infos);
}
#else
int nvmlDeviceGetTotalEnergyConsumption(Device device, unsigned long long* energy) {
  return tell("nvmlDeviceGetTotalEnergyConsumption", device, *energy);
}
int nvmlDeviceGetTemperatureV(Device device, Temperature* temperature) {
  if (temperature->version != (sizeof(Temperature) | (1U << 24U))) return kVersionMismatch;
  if (temperature->sensorType != 0) return kInvalidArgument;
  return tell("nvmlDeviceGetTemperature", device, temperature->temperature);
}
int nvmlDeviceGetCurrentClocksEventReasons(Device device, unsigned long long* reasons) {
  return tell("nvmlDeviceGetCurrentClocksEventReasons", device, *reasons);
}
int nvmlDeviceGetComputeRunningProcesses_v3(Device device, unsigned int* count, void* infos) {
  return list("nvmlDeviceGetComputeRunningProcesses", device, count, infos);
}
int nvmlDeviceGetGraphicsRunningProcesses_v3(Device device, unsigned int* count, void* infos) {
  return list("nvmlDeviceGetGraphicsRunningProcesses", device, count, infos);
}
#endif
}
