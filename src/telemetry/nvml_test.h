// What the tests of everything that asks NVML share: boards with a library that answers.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "support/board_copy.h"

namespace jetmeter {

inline constexpr std::string_view kNvmlFolder = "/usr/lib/x86_64-linux-gnu";
inline constexpr std::string_view kNvmlFile = "libnvidia-ml.so.1";

inline std::string nvml_answers_path(std::string_view folder = kNvmlFolder) {
  return std::string(folder) + "/nvml_answers.txt";
}

// A copy and no link: a library that is loaded twice under two names is two libraries only where it
// is two files.
inline void install_nvml(const BoardCopy& board, std::string_view folder = kNvmlFolder,
                         const std::filesystem::path& library = JM_FAKE_NVML_NOW) {
  const auto target = board.host().path(folder);
  std::filesystem::create_directories(target);
  std::filesystem::copy_file(library, target / kNvmlFile,
                             std::filesystem::copy_options::overwrite_existing);
}

// A board as it stands in tests/boards; one that has answers of NVML has the library too.
class BoardWithNvml : public BoardCopy {
 public:
  explicit BoardWithNvml(std::string_view name) : BoardCopy(name) {
    if (std::filesystem::exists(host().path(nvml_answers_path()))) install_nvml(*this);
  }
};

// Nothing but a library and what it answers; see tests/support/fake_nvml.cpp.
class NvmlAlone : public BoardCopy {
 public:
  explicit NvmlAlone(std::string_view answers,
                     const std::filesystem::path& library = JM_FAKE_NVML_NOW) {
    install_nvml(*this, kNvmlFolder, library);
    answer(answers);
  }
  void answer(std::string_view answers) const { write(nvml_answers_path(), answers); }
};

// JetPack 6: NVML starts, names the GPU, and answers nothing else.
inline constexpr std::string_view kOrinAnswers =
    "nvmlSystemGetDriverVersion - 540.4.0\n"
    "nvmlDeviceGetCount_v2 - 1\n"
    "nvmlDeviceGetName 0 Orin (nvgpu)\n";

// JetPack 7: the line "0, NVIDIA Thor, 85, [N/A], [N/A], 62, 37.53" of a published nvidia-smi query
// (load, memory, temperature, power).
inline constexpr std::string_view kThorAnswers =
    "nvmlSystemGetDriverVersion - 580.00\n"
    "nvmlDeviceGetCount_v2 - 1\n"
    "nvmlDeviceGetName 0 NVIDIA Thor\n"
    "nvmlDeviceGetCudaComputeCapability 0 11 0\n"
    "nvmlDeviceGetUtilizationRates 0 85 0\n"
    "nvmlDeviceGetTemperature 0 62\n"
    "nvmlDeviceGetPowerUsage 0 37530\n"
    "nvmlDeviceGetComputeRunningProcesses 0 2651:17179869184\n";

}  // namespace jetmeter
