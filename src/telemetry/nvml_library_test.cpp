#include "telemetry/nvml_library.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>
#include <vector>

#include "telemetry/nvml_test.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Optional;

std::filesystem::path library_of(const BoardCopy& board, std::string_view folder = kNvmlFolder) {
  return board.host().path(folder) / kNvmlFile;
}

bool is_loaded(const std::filesystem::path& library) {
  void* handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (handle != nullptr) ::dlclose(handle);
  return handle != nullptr;
}

std::string error_on(const BoardCopy& board) {
  const auto library = NvmlLibrary::open(board.host());
  return library ? "it opens" : library.error().what;
}

TEST(NvmlLibrary, TellsTheDriver) {
  const BoardWithNvml board("x86-two-a100");
  const auto library = NvmlLibrary::open(board.host());
  ASSERT_TRUE(library) << library.error().what;
  EXPECT_THAT(library->driver_version(), Optional(std::string("550.54.15")));
  const auto gpus = nvml_handles(*library);
  ASSERT_TRUE(gpus);
  ASSERT_EQ(gpus->size(), 2u);
  EXPECT_EQ(gpus->at(1).index, 1u);
  EXPECT_EQ(gpus->at(1).name, "NVIDIA A100-SXM4-80GB");
}

TEST(NvmlLibrary, IsUnloadedWithItsLastUser) {
  const BoardWithNvml board("x86-two-a100");
  const auto file = library_of(board);
  {
    auto first = NvmlLibrary::open(board.host());
    {
      const auto second = NvmlLibrary::open(board.host());
      ASSERT_TRUE(first && second);
    }
    EXPECT_TRUE(is_loaded(file));
    const auto moved = std::move(*first);
    EXPECT_EQ(moved.driver_version(), "550.54.15") << "still started";
  }
  EXPECT_FALSE(is_loaded(file));
}

TEST(NvmlLibrary, ShutsDownAsOftenAsItStarts) {
  const BoardWithNvml board("x86-two-a100");
  void* library = ::dlopen(library_of(board).c_str(), RTLD_NOW);
  ASSERT_NE(library, nullptr) << ::dlerror();
  const auto users = reinterpret_cast<int (*)()>(::dlsym(library, "fake_nvml_users"));
  ASSERT_NE(users, nullptr);
  {
    const auto first = NvmlLibrary::open(board.host());
    const auto second = NvmlLibrary::open(board.host());
    EXPECT_EQ(users(), 2);
  }
  EXPECT_EQ(users(), 0);
  board.write(nvml_answers_path(), "nvmlInit_v2 - error 999\n");
  EXPECT_FALSE(NvmlLibrary::open(board.host()));
  EXPECT_EQ(users(), 0);
  ::dlclose(library);
}

TEST(NvmlLibrary, IsFoundWhereverDriversPutIt) {
  for (const auto* folder : {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu/nvidia",
                             "/usr/lib64", "/usr/lib/wsl/lib", "/usr/local/nvidia/lib64"}) {
    const BoardCopy board;
    install_nvml(board, folder);
    EXPECT_TRUE(NvmlLibrary::open(board.host())) << folder;
  }
}

TEST(NvmlLibrary, SaysThatThereIsNone) {
  const BoardCopy nothing;
  EXPECT_THAT(error_on(nothing), HasSubstr("no libnvidia-ml.so.1 (NVML"));
  EXPECT_THAT(error_on(nothing), HasSubstr(nothing.host().root.string()));
}

TEST(NvmlLibrary, GivesTheLinkersWordsForWhatIsNoLibrary) {
  const BoardCopy board;
  const auto path = std::string(kNvmlFolder) + "/" + std::string(kNvmlFile);
  for (const auto& text : {std::string(),
                           std::string("\x7f"
                                       "ELF"),
                           std::string(100000, '9')}) {
    board.write(path, text);
    EXPECT_THAT(error_on(board), HasSubstr("NVML, a part of NVIDIA's driver, cannot be loaded: "));
    EXPECT_THAT(error_on(board), HasSubstr(kNvmlFile));
  }
}

TEST(NvmlLibrary, PassesOverFoldersAndPipes) {
  const BoardCopy board;
  const auto path = library_of(board);
  std::filesystem::create_directories(path);
  EXPECT_THAT(error_on(board), HasSubstr("no libnvidia-ml.so.1"));
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(error_on(board), HasSubstr("no libnvidia-ml.so.1")) << "and does not wait for it";
}

TEST(NvmlLibrary, RefusesALibraryThatIsAnother) {
  Dl_info other{};
  ASSERT_NE(::dladdr(::dlsym(RTLD_DEFAULT, "cos"), &other), 0);
  const BoardCopy board;
  install_nvml(board, kNvmlFolder, std::filesystem::canonical(other.dli_fname));
  EXPECT_THAT(error_on(board), HasSubstr("is not NVML, or older than driver 319"));
}

TEST(NvmlLibrary, SaysWhyItDoesNotStart) {
  const NvmlAlone board("nvmlInit_v2 - error 18\n");
  EXPECT_THAT(error_on(board), HasSubstr("does not start: Driver/library version mismatch; "));
  EXPECT_THAT(error_on(board), HasSubstr("reboot"));
  EXPECT_FALSE(is_loaded(library_of(board)));
  board.answer("nvmlInit_v2 - error 77\n");
  EXPECT_THAT(error_on(board), HasSubstr("does not start: error 77"));
}

TEST(NvmlLibrary, CountsNoGpusThatAreNotThere) {
  const NvmlAlone board("nvmlDeviceGetCount_v2 - 0\n");
  const auto library = NvmlLibrary::open(board.host());
  ASSERT_TRUE(library);
  EXPECT_EQ(nvml_handles(*library).error().what, "NVML finds no GPU");
  board.answer("nvmlDeviceGetCount_v2 - error 999\n");
  EXPECT_EQ(nvml_handles(*library).error().what, "NVML does not count its GPUs: Unknown Error");
  board.answer("nvmlDeviceGetCount_v2 - 4294967295\n");
  EXPECT_FALSE(nvml_handles(*library));
}

TEST(NvmlLibrary, CleansNamesAndBearsTheirAbsence) {
  const NvmlAlone board("nvmlDeviceGetCount_v2 - 2\nnvmlDeviceGetName 1 GPU \x1b[31m\n");
  const auto library = NvmlLibrary::open(board.host());
  ASSERT_TRUE(library);
  EXPECT_EQ(library->driver_version(), std::nullopt);
  const auto gpus = nvml_handles(*library);
  ASSERT_TRUE(gpus);
  EXPECT_EQ(gpus->at(0).name, "");
  EXPECT_EQ(gpus->at(1).name, "GPU ?[31m");
  board.answer("nvmlDeviceGetCount_v2 - 1\nnvmlDeviceGetName 0 " + std::string(500, 'x') + "\n");
  EXPECT_EQ(nvml_handles(*library)->at(0).name, "") << "longer than NVML may be";
}

TEST(NvmlLibrary, IsOpenedFromManyThreads) {
  const BoardWithNvml board("x86-two-a100");
  std::vector<std::thread> threads;
  threads.reserve(4);
  std::atomic<int> good{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 20; ++turn) {
        const auto library = NvmlLibrary::open(board.host());
        if (library && nvml_handles(*library)) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 80);
  EXPECT_FALSE(is_loaded(library_of(board)));
}

}  // namespace
}  // namespace jetmeter
