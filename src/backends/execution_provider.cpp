#include "backends/execution_provider.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace jetmeter {
namespace {

std::string_view without_suffix(std::string_view provider) {
  constexpr std::string_view kSuffix = "ExecutionProvider";
  if (provider.ends_with(kSuffix)) provider.remove_suffix(kSuffix.size());
  return provider;
}

int rank(std::string_view provider) {
  const auto kind = device_kind(provider);
  if (kind == "cuda") return 0;
  if (kind == "tensorrt") return 1;
  if (kind == "cpu") return 2;
  return 3;
}

}  // namespace

std::optional<DeviceName> parse_device(std::string_view text) {
  const auto colon = text.find(':');
  DeviceName device{std::string(text.substr(0, colon)), std::nullopt};
  if (device.kind.empty()) return std::nullopt;
  if (colon == std::string_view::npos) return device;
  const auto digits = text.substr(colon + 1);
  int index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error != std::errc{} || end != digits.data() + digits.size() || index < 0)
    return std::nullopt;
  device.index = index;
  return device;
}

std::string device_kind(std::string_view provider) {
  std::string kind(without_suffix(provider));
  std::transform(kind.begin(), kind.end(), kind.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return kind;
}

bool has_index(std::string_view kind) {
  return kind == "cuda" || kind == "tensorrt";
}

std::string device_name(std::string_view provider) {
  auto kind = device_kind(provider);
  return has_index(kind) ? kind + ":0" : kind;
}

std::vector<std::string> by_preference(std::span<const std::string> providers) {
  std::vector<std::string> ordered(providers.begin(), providers.end());
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return ordered;
}

std::string append_name(std::string_view provider) {
  const auto word = without_suffix(provider);
  if (word == "Xnnpack") return "XNNPACK";
  if (word == "Azure") return "AZURE";
  return std::string(word);
}

}  // namespace jetmeter
