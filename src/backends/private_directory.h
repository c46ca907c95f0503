// A directory that only this process's user can look into, removed with everything in it.
#pragma once

#include <filesystem>
#include <string_view>

#include "jetmeter/core.h"

namespace jetmeter {

class PrivateDirectory {
 public:
  // In the folder for temporary files; its name begins with `stem`.
  static Result<PrivateDirectory> make(std::string_view stem);
  ~PrivateDirectory();
  PrivateDirectory(PrivateDirectory&& other) noexcept : path_(std::move(other.path_)) {
    other.path_.clear();
  }
  PrivateDirectory& operator=(PrivateDirectory&& other) noexcept {
    path_.swap(other.path_);
    return *this;
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit PrivateDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;  // empty: moved from
};

}  // namespace jetmeter
