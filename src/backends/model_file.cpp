#include "backends/model_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <system_error>

namespace jetmeter {
namespace {

bool is_blank(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

Result<void> check_model_file(const std::filesystem::path& path) {
  const auto quoted_path = in_quotes(path.string());
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found)
    return fail(fmt::format("{}: no such file", quoted_path));
  if (error) return fail(fmt::format("{} cannot be read: {}", quoted_path, error.message()));
  if (std::filesystem::is_directory(status))
    return fail(fmt::format("{} is a directory; a model is one file", quoted_path));
  if (!std::filesystem::is_regular_file(status))
    return fail(fmt::format("{} is not a regular file", quoted_path));
  if (std::filesystem::file_size(path, error) == 0 && !error)
    return fail(fmt::format("{} is empty (0 bytes)", quoted_path));
  if (!std::ifstream(path, std::ios::binary))
    return fail(fmt::format("{} cannot be opened for reading", quoted_path));
  return {};
}

bool reads_extension(std::string_view extensions, const std::filesystem::path& path) {
  const auto wanted = lower(path.extension().string());
  if (wanted.empty()) return false;
  while (!extensions.empty()) {
    const auto word = extensions.substr(0, extensions.find(' '));
    if (word == wanted) return true;
    extensions.remove_prefix(std::min(word.size() + 1, extensions.size()));
  }
  return false;
}

std::string one_line(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("\r\n"), text.size());
    auto part = text.substr(0, end);
    while (!part.empty() && is_blank(part.front())) part.remove_prefix(1);
    while (!part.empty() && is_blank(part.back())) part.remove_suffix(1);
    if (!line.empty() && !part.empty()) line += ' ';
    line += part;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return line;
}

}  // namespace jetmeter
