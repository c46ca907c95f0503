// A machine's files, all of them with the same bytes, for what reads whole trees.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "fuzz/fuzz.h"
#include "jetmeter/core.h"

namespace jetmeter {

class MachineTree {
 public:
  // In memory where the system has such a folder.
  MachineTree() {
    std::error_code error;
    const std::filesystem::path memory = "/dev/shm";
    auto pattern =
        ((std::filesystem::is_directory(memory, error) ? memory
                                                       : std::filesystem::temp_directory_path()) /
         "jm_fuzz_XXXXXX")
            .string();
    if (::mkdtemp(pattern.data()) == nullptr) pattern = in_temporary_folder();
    root_ = pattern;
    hold("");
  }
  ~MachineTree() {
    std::error_code error;
    std::filesystem::remove_all(root_, error);
  }
  MachineTree(const MachineTree&) = delete;
  MachineTree& operator=(const MachineTree&) = delete;

  Host host() const { return Host{root_}; }
  // One file under many names: links are cheaper than writing all of them anew.
  void link(std::string_view absolute) const {
    const auto file = host().path(absolute);
    std::filesystem::create_directories(file.parent_path());
    std::filesystem::create_hard_link(root_ / kBytes, file);
  }
  // A file that always says the same.
  void keep(std::string_view absolute, std::string_view text) const {
    const auto file = host().path(absolute);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  void hold(std::string_view bytes) const {
    std::ofstream(root_ / kBytes, std::ios::binary) << bytes;
  }

 private:
  static constexpr const char* kBytes = "bytes";

  static std::string in_temporary_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "jm_fuzz_XXXXXX").string();
    fuzz_require(::mkdtemp(pattern.data()) != nullptr, "there is a folder for the tree");
    return pattern;
  }

  std::filesystem::path root_;
};

}  // namespace jetmeter
