#include <gmock/gmock.h>

#include <cstring>
#include <unordered_set>

#include "cost/test_ort_shapes.h"
#include "jetmeter/backend.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

const Backend* onnxruntime() {
  for (const auto* backend : backends())
    if (backend->name == "onnxruntime" && backend->probe().available) return backend;
  return nullptr;
}

void add_all_outputs(Graph& graph) {
  std::unordered_set<std::string> there;
  for (const auto& output : graph.outputs) there.insert(output.name);
  for (const auto& node : graph.nodes)
    for (const auto& name : node.outputs)
      if (!name.empty() && there.insert(name).second) graph.outputs.push_back({name});
}

void fill(TensorView view, std::int64_t integers) {
  std::memset(view.data, 0, view.bytes);
  for (std::size_t i = 0; i < view.bytes / element_bytes(view.type); ++i) {
    switch (view.type) {
      case ElementType::float32: view.as<float>()[i] = 0.5F; break;
      case ElementType::int64: view.as<std::int64_t>()[i] = integers; break;
      case ElementType::int32:
        view.as<std::int32_t>()[i] = static_cast<std::int32_t>(integers);
        break;
      default: return;
    }
  }
}

}  // namespace

bool runtime_is_there() {
  return onnxruntime() != nullptr;
}

std::optional<std::map<std::string, Shape>> shapes_when_run(ModelGraph model,
                                                            const ShapeHints& hints,
                                                            std::int64_t integers,
                                                            std::string& why) {
  const auto refuse = [&](const std::string& reason) {
    why = reason;
    return std::nullopt;
  };
  const auto* backend = onnxruntime();
  if (backend == nullptr) return refuse("onnxruntime is not in this build");
  const auto table = propagate_shapes(model, hints);
  if (!table) return refuse(table.error().what);
  std::vector<Shape> inputs;
  for (const auto& input : model.graph.inputs)
    inputs.push_back(table->find(input.name)->shape.value_or(Shape()));
  add_all_outputs(model.graph);
  const TempDir folder;
  if (const auto written = write_onnx(model, folder.path() / "all.onnx"); !written)
    return refuse(written.error().what);
  const auto loaded = backend->load(folder.path() / "all.onnx", {.threads = 1, .device = "cpu"});
  if (!loaded) return refuse(loaded.error().what);
  auto session = (*loaded)->open(inputs);
  if (!session) return refuse(session.error().what);
  for (std::size_t i = 0; i < inputs.size(); ++i) fill((*session)->input(i), integers);
  if (const auto ran = (*session)->run(); !ran) return refuse(ran.error().what);
  std::map<std::string, Shape> shapes;
  const auto& outputs = (*loaded)->info().outputs;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto shape = (*session)->output(i).shape;
    shapes[outputs[i].name] = Shape(shape.begin(), shape.end());
  }
  return shapes;
}

std::size_t expect_shapes_as_run(const ModelGraph& model, const ShapeHints& hints,
                                 std::int64_t integers) {
  std::string why;
  const auto ran = shapes_when_run(model, hints, integers, why);
  EXPECT_TRUE(ran) << why;
  const auto table = propagate_shapes(model, hints);
  EXPECT_TRUE(table) << table.error().what;
  if (!ran || !table) return 0;
  std::size_t same = 0;
  std::vector<std::string> not_known;
  for (const auto& [name, shape] : *ran) {
    const auto* known = table->find(name);
    if (known == nullptr || !known->shape) {
      not_known.push_back(name);
      continue;
    }
    EXPECT_EQ(format_shape(*known->shape), format_shape(shape)) << name;
    ++same;
  }
  EXPECT_THAT(not_known, testing::IsEmpty());
  for (const auto& each : table->unknown) ADD_FAILURE() << each.node << ": " << each.why;
  return same;
}

}  // namespace jetmeter
