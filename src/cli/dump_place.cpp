#include "cli/dump_place.h"

#include <fmt/format.h>

namespace jetmeter {
namespace {

std::filesystem::path whole(const std::filesystem::path& path) {
  std::error_code error;
  auto absolute = std::filesystem::absolute(path, error).lexically_normal();
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

tl::unexpected<Error> refused(const std::filesystem::path& file, std::string_view why) {
  return fail(fmt::format("--dump-outputs {} {}", in_quotes(file.string()), why));
}

}  // namespace

Result<void> check_dump_place(const std::filesystem::path& file,
                              const std::filesystem::path& run_folder) {
  if (file.empty()) return {};
  std::error_code error;
  if (!file.has_filename() || std::filesystem::is_directory(file, error))
    return refused(file, "is a folder; name a file in it");
  if (std::filesystem::exists(std::filesystem::symlink_status(file, error)))
    return refused(file, "is there already and is not overwritten; name another file");
  const auto folder = whole(file).parent_path();
  if (!run_folder.empty() && folder == whole(run_folder)) return {};
  if (std::filesystem::is_directory(folder, error)) return {};
  return refused(
      file, fmt::format("cannot be written: there is no folder {}", in_quotes(folder.string())));
}

std::filesystem::path dump_of_repetition(const std::filesystem::path& recorded) {
  auto name = recorded.filename();
  if (name.extension() != ".npz") name += ".npz";
  return name;
}

Result<void> check_dump_name(const std::string& typed) {
  if (typed.empty()) return {};
  const std::filesystem::path name(typed);
  if (name.filename() != name)
    return refused(name,
                   "names a folder, and in a sweep every step writes into its own; name the file "
                   "alone, as in outputs.npz");
  if (name.extension() != ".npz")
    return refused(name, "has to end in .npz in a sweep, where it lies among the step's files");
  return {};
}

}  // namespace jetmeter
