#include "inputs/npz_member.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "inputs/input_file.h"

namespace jetmeter {

Result<std::size_t> choose_member(std::span<const std::string> names, const TensorSpec& input,
                                  const Fill& fill, bool only_input) {
  std::string_view wanted = fill.member.empty() ? input.name : fill.member;
  auto found = std::ranges::find(names, wanted);
  if (found == names.end() && wanted.ends_with(".npy")) {
    wanted.remove_suffix(4);
    found = std::ranges::find(names, wanted);
  }
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  if (fill.member.empty() && only_input && names.size() == 1) return 0;
  std::string held;
  for (const auto& one : names) held += (held.empty() ? "" : ", ") + in_quotes(one);
  return fail_of(fill.file, {fmt::format("has no array {}; it holds {}", in_quotes(wanted), held)});
}

}  // namespace jetmeter
