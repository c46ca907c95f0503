#include <fmt/format.h>

#include <memory>

#include "cli/subcommand.h"
#include "jetmeter/graph.h"

namespace jetmeter {
namespace {

Action define(CLI::App& app, const Invocation& invocation) {
  const auto path = std::make_shared<std::string>();
  app.add_option("MODEL", *path, "an ONNX file")->required();
  return [path, terminal = invocation.terminal]() -> Result<ExitCode> {
    const auto model = read_onnx(*path);
    if (!model) return tl::make_unexpected(model.error());
    for (const auto& input : model->graph.inputs)
      terminal->print(
          fmt::format("input {} {} {}\n", input.name, name(input.type), format_shape(input.shape)));
    return ExitCode::done;
  };
}

}  // namespace

extern const Subcommand model_inspect_command{"inspect", "what is in a model's file", define};

}  // namespace jetmeter
