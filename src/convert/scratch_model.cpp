#include "convert/scratch_model.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <system_error>

namespace jetmeter {

ScratchModel::Folder::~Folder() {
  std::error_code ignored;  // nobody is left to be told
  std::filesystem::remove_all(path, ignored);
}

Result<ScratchModel> ScratchModel::load(const ModelGraph& graph, const Backend& runtime) {
  std::error_code error;
  const auto parent = std::filesystem::temp_directory_path(error);
  auto pattern = (parent / "jetmeter-convert-XXXXXX").string();
  if (error || ::mkdtemp(pattern.data()) == nullptr)
    return fail(fmt::format("no folder can be made in {} for the model; set TMPDIR to another one",
                            in_quotes(parent.string())));
  ScratchModel scratch;
  scratch.folder_ = std::make_shared<Folder>(pattern);
  const auto file = scratch.folder_->path / "model.onnx";
  if (auto written = write_onnx(graph, file); !written) return tl::make_unexpected(written.error());
  LoadOptions options;
  options.device = "cpu";
  options.quiet = true;
  auto model = runtime.load(file, options);
  if (!model) return tl::make_unexpected(model.error());
  scratch.model_ = *std::move(model);
  return scratch;
}

}  // namespace jetmeter
