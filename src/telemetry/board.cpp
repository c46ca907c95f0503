#include "telemetry/board.h"

#include <algorithm>
#include <array>
#include <utility>

#include "telemetry/folder.h"
#include "telemetry/l4t_package.h"
#include "telemetry/part_number.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

struct Release {
  std::string_view l4t, jetpack;
};

constexpr std::array<Release, 40> kReleases{
    {{"39.2.0", "7.2"},    {"38.4.0", "7.1"},      {"38.2.2", "7.0"},   {"38.2.1", "7.0"},
     {"38.2.0", "7.0"},    {"36.5.0", "6.2.2"},    {"36.4.7", "6.2.1"}, {"36.4.4", "6.2.1"},
     {"36.4.3", "6.2"},    {"36.4.2", "6.1 rev1"}, {"36.4.0", "6.1"},   {"36.3.0", "6.0"},
     {"36.2.0", "6.0 DP"}, {"35.6.4", "5.1.6"},    {"35.6.3", "5.1.5"}, {"35.6.2", "5.1.5"},
     {"35.6.1", "5.1.5"},  {"35.6.0", "5.1.4"},    {"35.5.0", "5.1.3"}, {"35.4.1", "5.1.2"},
     {"35.3.1", "5.1.1"},  {"35.2.1", "5.1"},      {"35.1.0", "5.0.2"}, {"34.1.1", "5.0.1 DP"},
     {"34.1.0", "5.0 DP"}, {"32.7.6", "4.6.6"},    {"32.7.5", "4.6.5"}, {"32.7.4", "4.6.4"},
     {"32.7.3", "4.6.3"},  {"32.7.2", "4.6.2"},    {"32.7.1", "4.6.1"}, {"32.6.1", "4.6"},
     {"32.5.1", "4.5.1"},  {"32.5.0", "4.5"},      {"32.4.4", "4.4.1"}, {"32.4.3", "4.4"},
     {"32.3.1", "4.3"},    {"32.2.1", "4.2.2"},    {"32.2.0", "4.2.1"}, {"32.1.0", "4.2"}}};

// Boards of other makers have a device tree too, so a model alone does not make a Tegra.
std::string read_soc(const std::filesystem::path& tree) {
  constexpr std::string_view kTegra = "nvidia,tegra";
  const auto compatible = read_text(tree / "compatible").value_or("");
  std::string_view rest = compatible;
  while (!rest.empty()) {
    const auto entry = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
    if (entry.starts_with(kTegra)) return clean_name(entry.substr(entry.find(',') + 1));
  }
  return {};
}

bool flashed_as_super(const std::filesystem::path& tree, std::string_view model) {
  const auto compatible = read_text(tree / "compatible").value_or("");
  return compatible.find("-super") != compatible.npos || model.ends_with("Super");
}

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// "5.15.148-tegra", which a container shows too.
bool has_tegra_kernel(const Host& host) {
  return name_in(host.path("/proc/sys/kernel/osrelease")).ends_with("-tegra");
}

// No other machine has to look through its packages.
std::optional<std::string> read_l4t(const Host& host, const std::string& soc) {
  auto l4t = parse_l4t(read_text(host.path("/etc/nv_tegra_release")).value_or(""));
  if (!l4t && (!soc.empty() || has_tegra_kernel(host))) l4t = read_l4t_package(host);
  return l4t;
}

}  // namespace

std::optional<std::string> parse_l4t(std::string_view release_file) {
  constexpr std::string_view kRevision = "REVISION:";
  const auto line = next_line(release_file).value_or(std::string_view());
  const auto major_at = line.find('R');
  const auto revision_at = line.find(kRevision);
  if (major_at == line.npos || revision_at == line.npos) return std::nullopt;
  auto rest = line.substr(major_at + 1);
  const auto major = next_word(rest);
  if (next_word(rest) != "(release),") return std::nullopt;
  rest = line.substr(revision_at + kRevision.size());
  auto minor = next_word(rest);
  if (minor.ends_with(',')) minor.remove_suffix(1);
  if (!to_count(major) || !is_version(minor)) return std::nullopt;
  return std::string(major) + "." + std::string(minor);
}

std::optional<std::string> jetpack_of(std::string_view l4t) {
  const auto found = std::find_if(kReleases.begin(), kReleases.end(),
                                  [&](const Release& release) { return release.l4t == l4t; });
  if (found == kReleases.end()) return std::nullopt;
  return std::string(found->jetpack);
}

BoardFacts read_board(const Host& host) {
  // The first is a link to the second, which a recorded tree may lack.
  auto tree = host.path("/proc/device-tree");
  if (name_in(tree / "model").empty()) tree = host.path("/sys/firmware/devicetree/base");

  BoardFacts facts;
  facts.soc = read_soc(tree);
  const auto l4t = read_l4t(host, facts.soc);
  facts.tegra = l4t || !facts.soc.empty();
  auto model = name_in(tree / "model");
  facts.super = flashed_as_super(tree, model);
  // Inside a container the release may be all there is to see.
  if (model.empty() && facts.tegra) model = "NVIDIA Jetson";
  if (!model.empty())
    facts.board = Board{.model = std::move(model),
                        .l4t = l4t,
                        .jetpack = l4t ? jetpack_of(*l4t) : std::nullopt,
                        .module = std::nullopt,
                        .part_number = facts.tegra ? read_part_number(host) : std::nullopt,
                        .soc = unless_empty(facts.soc)};
  return facts;
}

}  // namespace jetmeter
