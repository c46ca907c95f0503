#include "telemetry/l4t_package.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string_view>
#include <system_error>

#include "telemetry/text.h"

namespace jetmeter {
namespace {

// What is said of one package; an empty line ends it.
struct Package {
  bool l4t_core = false, installed = false;
  std::string version;

  void take(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == line.npos) return;
    const auto key = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
    if (key == "Package") l4t_core = value == "nvidia-l4t-core";
    if (key == "Status") installed = value.ends_with(" installed");
    if (key == "Version") version = value.substr(0, value.find('-'));
  }
};

// The beginning of the next line; absent at the end.
template <std::size_t size>
std::optional<std::string_view> line_of(std::istream& text, std::array<char, size>& buffer) {
  text.getline(buffer.data(), size);
  if (text.gcount() == 0 || text.bad()) return std::nullopt;
  if (text.fail()) {
    text.clear();
    text.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return std::string_view(buffer.data());
}

}  // namespace

std::optional<std::string> parse_l4t_package(std::istream& packages) {
  std::array<char, 256> buffer;
  Package package;
  for (bool more = true; more;) {
    const auto line = line_of(packages, buffer);
    more = line.has_value();
    if (more && !line->empty()) {
      package.take(*line);
      continue;
    }
    if (package.l4t_core && package.installed && is_version(package.version))
      return package.version;
    package = {};
  }
  return std::nullopt;
}

std::optional<std::string> read_l4t_package(const Host& host) {
  constexpr std::uintmax_t kMost = std::uintmax_t{64} << 20;
  const auto path = host.path("/var/lib/dpkg/status");
  std::error_code error;
  // To open a FIFO would wait for one who writes to it.
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  if (std::filesystem::file_size(path, error) > kMost || error) return std::nullopt;
  std::ifstream packages(path, std::ios::binary);
  return parse_l4t_package(packages);
}

}  // namespace jetmeter
