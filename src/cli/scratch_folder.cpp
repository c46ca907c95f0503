#include "cli/scratch_folder.h"

#include <stdlib.h>

#include <system_error>

namespace jetmeter {

ScratchFolder::ScratchFolder() {
  std::error_code error;
  const auto where = std::filesystem::temp_directory_path(error);
  if (error) return;
  auto pattern = (where / "jetmeter-XXXXXX").string();
  if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace jetmeter
