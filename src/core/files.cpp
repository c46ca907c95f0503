#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "jetmeter/core.h"

namespace jetmeter {
namespace {

bool inside(const std::filesystem::path& path, const std::filesystem::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

}  // namespace

std::filesystem::path Host::path(std::string_view absolute) const {
  while (absolute.starts_with('/')) absolute.remove_prefix(1);
  return root / absolute;
}

std::optional<std::string> read_text(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  if (file.bad()) return std::nullopt;
  return std::move(text).str();
}

Result<std::filesystem::path> replaceable(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    return tl::make_unexpected(
        Error{in_quotes(path.string()) + " is there and is no file; give another name"});
  if (!std::filesystem::is_symlink(path, error)) return path;
  auto target = std::filesystem::weakly_canonical(path, error);
  return error ? path : target;
}

Result<std::filesystem::path> weights_beside(const std::filesystem::path& folder,
                                             const std::string& location) {
  const std::filesystem::path relative(location);
  const auto name = in_quotes(location);
  const bool climbs = std::ranges::any_of(relative, [](const auto& part) { return part == ".."; });
  if (relative.is_absolute() || climbs || location.find('\0') != std::string::npos)
    return fail(fmt::format(
        "its weights are said to lie in {}, outside of the model's folder, which is refused",
        name));
  std::error_code error;
  const auto home = std::filesystem::canonical(folder.empty() ? "." : folder, error);
  const auto real =
      error ? std::filesystem::path() : std::filesystem::canonical(home / relative, error);
  if (error)
    return fail(fmt::format("its weights lie in {}, which is not there: put that file beside it",
                            in_quotes((folder / relative).string())));
  if (!inside(real, home))
    return fail(
        fmt::format("its weights lie in {}, a link out of the model's folder, which is "
                    "refused: copy that file beside it",
                    name));
  return real;
}

std::optional<double> read_number(const std::filesystem::path& path) {
  std::ifstream file(path);
  double value = 0;
  if (!(file >> value)) return std::nullopt;
  return value;
}

}  // namespace jetmeter
