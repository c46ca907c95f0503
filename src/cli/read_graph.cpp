#include "cli/read_graph.h"

#include <fmt/format.h>

#include "jetmeter/inspect.h"

namespace jetmeter {

Result<ModelGraph> read_graph(const std::filesystem::path& path) {
  auto model = read_onnx(path);
  if (model) return model;
  const auto other = inspect_file(path);
  if (!other || std::holds_alternative<Inspection::Onnx>(other->what)) return model;
  const bool is_plan = std::holds_alternative<PlanHeader>(other->what);
  return fail(fmt::format("{} is a {}; name the ONNX file that it was made from",
                          in_quotes(path.string()),
                          is_plan ? "TensorRT plan" : "TorchScript file"));
}

}  // namespace jetmeter
