#include "cli/recorded_paths.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

namespace jetmeter {
namespace {

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool names_a_file(std::string_view option) {
  constexpr std::array<std::string_view, 9> kFiles{
      "model",        "model0",       "model1",
      "ground-truth", "labels-file",  "thermal-ground-truth",
      "sweep-file",   "dump-outputs", "thermal-labels-file"};
  return is_one_of(kFiles, option);
}

bool names_a_source(std::string_view option) {
  constexpr std::array<std::string_view, 3> kSources{"source", "rgb-source", "thermal-source"};
  return is_one_of(kSources, option);
}

std::string placed(const std::filesystem::path& folder, std::string_view file) {
  return file.empty() ? "" : (folder / file).string();
}

std::string placed_if_there(const std::filesystem::path& folder, std::string_view file) {
  std::error_code error;
  const bool there = !file.empty() && std::filesystem::exists(folder / file, error);
  return there ? placed(folder, file) : std::string(file);
}

// "video=clip.mp4", "street/", "camera=0", "synthetic".
std::string source_of(const std::filesystem::path& folder, const std::string& text) {
  for (const std::string_view kind : {"image_dir=", "video="})
    if (text.starts_with(kind))
      return std::string(kind) + placed(folder, std::string_view(text).substr(kind.size()));
  const bool word = text == "synthetic" || text.find('=') != std::string::npos;
  return word ? text : placed_if_there(folder, text);
}

// "x=x.npy", "all.npz", "x=raw:x.bin", "x=random:-1:1".
std::string input_of(const std::filesystem::path& folder, const std::string& text) {
  constexpr std::string_view kRaw = "raw:";
  const auto equals = text.find('=');
  auto before = equals == std::string::npos ? std::string() : text.substr(0, equals + 1);
  auto file = std::string_view(text).substr(before.size());
  if (file.starts_with(kRaw)) {
    before += kRaw;
    file.remove_prefix(kRaw.size());
  }
  return before + placed_if_there(folder, file);
}

}  // namespace

OptionValues as_of(OptionValues config, const std::optional<std::string>& there,
                   const std::filesystem::path& here) {
  if (!there || std::filesystem::path(*there) == here) return config;
  const std::filesystem::path folder(*there);
  for (auto& [option, value] : config) {
    if (names_a_file(option)) value = placed(folder, value);
    if (names_a_source(option)) value = source_of(folder, value);
    if (option == "input") value = input_of(folder, value);
  }
  return config;
}

}  // namespace jetmeter
