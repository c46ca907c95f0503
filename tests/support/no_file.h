// What may stand where a file should be. None of it may stop a program or fill its memory.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace jetmeter {

struct NoFile {
  const char* name;
  void (*put)(const std::filesystem::path&);  // into the place of a file that is there
};

// Nobody writes into it: whoever opens it and waits, waits for ever.
inline void put_fifo(const std::filesystem::path& path) {
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
}

// It has no end.
inline void put_endless(const std::filesystem::path& path) {
  std::filesystem::remove(path);
  std::filesystem::create_symlink("/dev/zero", path);
}

// It has holes for 8 GiB and takes no room on the disk.
inline void put_enormous(const std::filesystem::path& path) {
  std::filesystem::remove(path);
  std::ofstream(path).close();
  std::filesystem::resize_file(path, std::uintmax_t{8} << 30);
}

inline void put_folder(const std::filesystem::path& path) {
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
}

inline void put_junk(const std::filesystem::path& path) {
  std::ofstream(path, std::ios::binary) << std::string("\x00\xff\x1b[31m\x80:\n\x07 -1 9e999", 20);
}

inline constexpr std::array<NoFile, 5> kNoFiles{{{"Fifo", put_fifo},
                                                 {"Endless", put_endless},
                                                 {"Enormous", put_enormous},
                                                 {"Folder", put_folder},
                                                 {"Junk", put_junk}}};

inline std::vector<std::filesystem::path> files_below(const std::filesystem::path& root) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
    if (entry.is_regular_file()) files.push_back(entry.path());
  return files;
}

}  // namespace jetmeter
