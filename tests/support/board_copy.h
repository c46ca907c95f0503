// A tree of files that a test may change: empty, or a copy of one of tests/boards. Removed at the
// end.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "jetmeter/core.h"
#include "support/temp_dir.h"

namespace jetmeter {

class BoardCopy {
 public:
  BoardCopy() = default;
  explicit BoardCopy(std::string_view board) {
    std::filesystem::copy(std::filesystem::path(JM_TESTS_DIR) / "boards" / board, dir_.path(),
                          std::filesystem::copy_options::recursive);
  }

  Host host() const { return Host{dir_.path()}; }

  // In place: a file that is open elsewhere shows the new text, as a kernel's would.
  void write(std::string_view path, std::string_view text) const {
    const auto file = host().path(path);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  void remove(std::string_view path) const { std::filesystem::remove_all(host().path(path)); }

  // Puts every `<file>.later` in the place of its `<file>`; see tests/boards/README.md.
  void one_second_later() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_.path())) {
      if (entry.path().extension() != ".later") continue;
      auto now = entry.path();
      now.replace_extension();
      std::ofstream(now, std::ios::binary) << std::ifstream(entry.path()).rdbuf();
    }
  }

 private:
  TempDir dir_;
};

}  // namespace jetmeter
