#include "graph/external_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "graph/mapped_file.h"

namespace jetmeter {
namespace {

namespace fs = std::filesystem;

bool inside(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

}  // namespace

Result<const Blob*> ExternalFiles::open(const std::string& location) {
  if (const auto known = mapped_.find(location); known != mapped_.end()) return &known->second;
  const fs::path relative(location);
  const auto name = in_quotes(location);
  if (folder_.empty())
    return fail(fmt::format("its weights lie in {}, and it has no folder to look in", name));
  const bool climbs = std::ranges::any_of(relative, [](const auto& part) { return part == ".."; });
  if (relative.is_absolute() || climbs || location.find('\0') != std::string::npos)
    return fail(fmt::format(
        "its weights are said to lie in {}, outside of the model's folder, which is refused",
        name));
  std::error_code error;
  const auto folder = fs::canonical(folder_, error);
  const auto real = error ? fs::path() : fs::canonical(folder_ / relative, error);
  if (error)
    return fail(fmt::format("its weights lie in {}, which is not there: put that file beside it",
                            in_quotes((folder_ / relative).string())));
  if (!inside(real, folder))
    return fail(
        fmt::format("its weights lie in {}, a link out of the model's folder, which is "
                    "refused: copy that file beside it",
                    name));
  auto mapped = map_file(real);
  if (!mapped)
    return fail(fmt::format("its weights lie in {}: {}", in_quotes((folder_ / relative).string()),
                            mapped.error().what));
  return &mapped_.emplace(location, *std::move(mapped)).first->second;
}

Result<Blob> ExternalFiles::bytes(const Place& place, std::uint64_t needed,
                                  const std::string& tensor) {
  const auto weight = in_quotes(tensor);
  if (place.location.empty())
    return fail(fmt::format("the weight {} lies in another file that is not named", weight));
  const auto file = open(place.location);
  if (!file) return tl::make_unexpected(file.error());
  const auto size = (*file)->bytes.size();
  if (place.length && *place.length != needed)
    return fail(fmt::format("the weight {} is said to have {} bytes in {}; its shape needs {}",
                            weight, *place.length, in_quotes(place.location), needed));
  if (place.offset > size || needed > size - place.offset)
    return fail(
        fmt::format("its weights lie in {}, which is cut short: {} ends after its last byte",
                    in_quotes(place.location), weight));
  return Blob{(*file)->owner, (*file)->bytes.subspan(place.offset, needed)};
}

std::vector<fs::path> ExternalFiles::files() const {
  std::vector<fs::path> files;
  for (const auto& [location, blob] : mapped_) files.push_back(folder_ / location);
  return files;
}

}  // namespace jetmeter
