#pragma once

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <ranges>
#include <span>
#include <string>
#include <string_view>

namespace jetmeter {

// True when the file name ends in one of the lower-case suffixes (".jpg"), in any case.
inline bool has_suffix(const std::filesystem::path& path,
                       std::span<const std::string_view> suffixes) {
  std::string suffix = path.extension().string();
  std::ranges::transform(suffix, suffix.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::find(suffixes, suffix) != suffixes.end();
}

}  // namespace jetmeter
