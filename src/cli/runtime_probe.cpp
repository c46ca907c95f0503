#include "cli/runtime_probe.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/scratch_folder.h"
#include "jetmeter/backend.h"
#include "jetmeter/graph_builder.h"

namespace jetmeter {
namespace {

// What ONNX 1.12 of 2022 wrote; any runtime that jetmeter builds against reads it.
constexpr std::int64_t kOldOpset = 17, kOldIr = 8;

ModelGraph next_to_nothing(std::int64_t opset, std::int64_t ir_version) {
  GraphBuilder builder("probe", opset);
  builder.input("x", {1});
  builder.output("y", {1});
  builder.node("Identity", "y", {"x"});
  auto model = builder.take();
  model.ir_version = ir_version;
  return model;
}

}  // namespace

std::optional<std::string> runtime_refusal(const ModelGraph& model) {
  const auto standard = model.opsets.find("");
  const auto opset = standard == model.opsets.end() ? kOldOpset : standard->second;
  if (opset <= kOldOpset && model.ir_version <= kOldIr) return std::nullopt;
  const auto all = backends();
  const auto found = std::ranges::find(all, "onnxruntime", [](auto* each) { return each->name; });
  if (found == all.end()) return std::nullopt;
  const auto probe = (*found)->probe();
  const ScratchFolder folder;
  const auto file = folder.path() / "probe.onnx";
  if (!probe.available || folder.path().empty() ||
      !write_onnx(next_to_nothing(opset, model.ir_version), file) ||
      (*found)->load(file, {.threads = 1, .device = "cpu", .quiet = true}))
    return std::nullopt;
  return fmt::format(
      "opset {} with IR version {} is newer than the installed ONNX Runtime {} reads; export it "
      "with an older opset, or install a newer runtime",
      opset, model.ir_version, probe.version);
}

}  // namespace jetmeter
