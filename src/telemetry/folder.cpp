#include "telemetry/folder.h"

#include <algorithm>
#include <system_error>

#include "telemetry/text.h"

namespace jetmeter {
namespace {

// Shorter numbers are smaller ones, and the prefix is the same for all.
bool numerically_before(const std::filesystem::path& a, const std::filesystem::path& b) {
  const auto left = a.filename().string(), right = b.filename().string();
  return std::pair(left.size(), left) < std::pair(right.size(), right);
}

}  // namespace

std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder,
                                              std::string_view prefix) {
  std::vector<std::filesystem::path> entries;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (entry->path().filename().string().starts_with(prefix)) entries.push_back(entry->path());
  }
  std::sort(entries.begin(), entries.end(), numerically_before);
  return entries;
}

std::string name_in(const std::filesystem::path& file) {
  const auto text = read_text(file);
  return text ? clean_name(*text) : std::string();
}

std::string unique_name(const std::vector<Channel>& channels, std::string name) {
  const auto taken = [&](const std::string& candidate) {
    return std::any_of(channels.begin(), channels.end(),
                       [&](const Channel& channel) { return channel.name == candidate; });
  };
  if (!taken(name)) return name;
  int number = 2;
  while (taken(name + "-" + std::to_string(number))) ++number;
  return name + "-" + std::to_string(number);
}

}  // namespace jetmeter
