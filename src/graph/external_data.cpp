#include "graph/external_data.h"

#include <fmt/format.h>

#include "graph/mapped_file.h"

namespace jetmeter {
namespace fs = std::filesystem;

Result<const Blob*> ExternalFiles::open(const std::string& location) {
  if (const auto known = mapped_.find(location); known != mapped_.end()) return &known->second;
  if (folder_.empty())
    return fail(
        fmt::format("its weights lie in {}, and it has no folder to look in", in_quotes(location)));
  const auto real = weights_beside(folder_, location);
  if (!real) return tl::make_unexpected(real.error());
  auto mapped = map_file(*real);
  if (!mapped)
    return fail(fmt::format("its weights lie in {}: {}", in_quotes((folder_ / location).string()),
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
