// A folder of this process's own for temporary files, gone with it.
#pragma once

#include <filesystem>

namespace jetmeter {

class ScratchFolder {
 public:
  ScratchFolder();  // in TMPDIR or where the system has such files
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  // Empty where none could be made.
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace jetmeter
