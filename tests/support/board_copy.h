// A tree of files that a test may change: empty, or a copy of one of tests/boards. Removed at the
// end.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "jetmeter/core.h"

namespace jetmeter {

class BoardCopy {
 public:
  BoardCopy() {
    auto pattern = testing::TempDir() + "/jm_board_XXXXXX";
    root_ = ::mkdtemp(pattern.data());
  }
  explicit BoardCopy(std::string_view board) : BoardCopy() {
    std::filesystem::copy(std::filesystem::path(JM_TESTS_DIR) / "boards" / board, root_,
                          std::filesystem::copy_options::recursive);
  }
  ~BoardCopy() { std::filesystem::remove_all(root_); }
  BoardCopy(const BoardCopy&) = delete;
  BoardCopy& operator=(const BoardCopy&) = delete;

  Host host() const { return Host{root_}; }

  // In place: a file that is open elsewhere shows the new text, as a kernel's would.
  void write(std::string_view path, std::string_view text) const {
    const auto file = host().path(path);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  void remove(std::string_view path) const { std::filesystem::remove_all(host().path(path)); }

  // Puts every `<file>.later` in the place of its `<file>`; see tests/boards/README.md.
  void one_second_later() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) {
      if (entry.path().extension() != ".later") continue;
      auto now = entry.path();
      now.replace_extension();
      std::ofstream(now, std::ios::binary) << std::ifstream(entry.path()).rdbuf();
    }
  }

 private:
  std::filesystem::path root_;
};

}  // namespace jetmeter
