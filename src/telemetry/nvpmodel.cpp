#include "telemetry/nvpmodel.h"

#include <system_error>

#include "telemetry/text.h"

namespace jetmeter {
namespace {

// nvpmodel.conf is a link to the file of this board. Where the link's target is absolute, it is
// meant under the host's root, not under that of the machine which reads.
std::filesystem::path link_target(const Host& host, std::string_view path) {
  const auto link = host.path(path);
  std::error_code not_a_link;
  const auto target = std::filesystem::read_symlink(link, not_a_link);
  return !not_a_link && target.is_absolute() ? host.path(target.string()) : link;
}

}  // namespace

std::optional<std::uint64_t> parse_power_mode_id(std::string_view status) {
  constexpr std::string_view kKey = "pmode:";
  while (true) {
    const auto word = next_word(status);
    if (word.empty()) return std::nullopt;
    if (word.starts_with(kKey)) return to_count(word.substr(kKey.size()));
  }
}

std::optional<std::string> power_mode_name(std::string_view configuration, std::uint64_t id) {
  constexpr std::string_view kId = "ID=", kName = "NAME=";
  while (auto line = next_line(configuration)) {
    if (next_word(*line) != "<" || next_word(*line) != "POWER_MODEL") continue;
    std::optional<std::uint64_t> line_id;
    std::string name;
    // The two come in any order.
    for (auto word = next_word(*line); !word.empty(); word = next_word(*line)) {
      if (word.starts_with(kId)) line_id = to_count(word.substr(kId.size()));
      if (word.starts_with(kName)) name = clean_name(word.substr(kName.size()));
    }
    if (line_id == id && !name.empty()) return name;
  }
  return std::nullopt;
}

std::optional<std::string> read_power_mode(const Host& host) {
  const auto status = read_text(host.path("/var/lib/nvpmodel/status")).value_or("");
  const auto id = parse_power_mode_id(status);
  if (!id) return std::nullopt;
  const auto modes = read_text(link_target(host, "/etc/nvpmodel.conf")).value_or("");
  return power_mode_name(modes, *id).value_or(std::to_string(*id));
}

}  // namespace jetmeter
