#include <unistd.h>

#include <array>
#include <filesystem>

#include "accuracy/yolo_labels.h"
#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"

namespace jetmeter {

std::vector<std::string> fuzz_seeds() {
  return {"0 0.5 0.5 0.25 0.25\n1 0.1 0.9 0.05 0.05\r\n\n", "0 0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9\n",
          "80 0.5 0.5 1.0 1.005", ""};
}

namespace {

// A folder whose one label file is what the memory file holds.
class LabelFolder {
 public:
  LabelFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "jm_fuzz_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    std::filesystem::create_symlink(file.path(), folder_ / "a.txt");
  }
  ~LabelFolder() { std::filesystem::remove_all(folder_); }
  LabelFolder(const LabelFolder&) = delete;
  LabelFolder& operator=(const LabelFolder&) = delete;

  const std::filesystem::path& path() const { return folder_; }
  MemoryFile file;

 private:
  std::filesystem::path folder_;
};

}  // namespace
}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  static LabelFolder folder;
  static const std::array<std::string, 2> labels{"person", "dog"};
  fuzz_require(folder.file.hold(as_text(data, size)), "the file can be written");
  for (const auto given : {std::span<const std::string>(), std::span<const std::string>(labels)}) {
    const auto truth = read_yolo_labels(folder.path(), given);
    fuzz_require(truth || !truth.error().what.empty(), "a failure has a reason");
  }
  return 0;
}
