#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "jetmeter/model.h"
#include "model/liveness.h"
#include "model/onnx_activations.h"
#include "model/onnx_file.h"
#include "model/onnx_inference.h"
#include "model/onnx_plan.h"
#include "model/onnx_shapes.h"
#include "model/onnx_weights.h"

namespace jetmeter {
namespace {

constexpr std::size_t kNamesShown = 5;

void add_weights(ModelMemory& memory, Weights weights) {
  memory.weights = std::move(weights.by_type);
  memory.weight_bytes = weights.bytes;
  memory.external_bytes = weights.external_bytes;
  memory.body_weight_bytes = weights.body_bytes;
  memory.half_weight_bytes = weights.half_bytes;
  memory.largest_weight_bytes = weights.largest;
  memory.weight_bytes_by_reader = std::move(weights.bytes_by_reader);
}

void add_activations(ModelMemory& memory, Activations activations) {
  memory.activations = activations.tensors;
  memory.input_output_bytes = activations.input_output_bytes;
  memory.largest_tensor_bytes = activations.largest_input_output_bytes;
  memory.sum_activation_bytes = activations.input_output_bytes;
  for (const auto& tensor : activations.written) {
    memory.sum_activation_bytes += tensor.bytes;
    memory.largest_tensor_bytes = std::max(memory.largest_tensor_bytes, tensor.bytes);
  }
  memory.peak_activation_bytes =
      activations.input_output_bytes + peak_bytes_alive(activations.written);
  memory.unknown_shapes = activations.unknown.size();
  activations.unknown.resize(std::min(activations.unknown.size(), kNamesShown));
  memory.unknown_names = std::move(activations.unknown);
  memory.operators = std::move(activations.operators);
  for (const auto& [op, count] : memory.operators) memory.nodes += count;
}

bool lists_weights_among_inputs(const onnx::GraphProto& graph, std::size_t inputs) {
  return static_cast<std::size_t>(graph.input_size()) > inputs;
}

}  // namespace

Result<ModelMemory> read_model_memory(const std::filesystem::path& path, const ShapeHints& hints) {
  auto model = parse_onnx_file(path);
  if (!model) return tl::make_unexpected(model.error());
  const auto in_file = [&](const Error& error) {
    return fail(fmt::format("{}: {}", in_quotes(path.string()), error.what));
  };
  ModelMemory memory;
  std::error_code error;
  memory.file_bytes = std::filesystem::file_size(path, error);
  auto weights = count_weights(model->graph(), path.parent_path());
  if (!weights) return in_file(weights.error());
  add_weights(memory, std::move(*weights));
  drop_weight_values(*model->mutable_graph());
  if (auto applied = apply_hints(*model, hints); !applied) return in_file(applied.error());
  const bool inferred = infer_shapes(*model);
  for (const auto& set : model->opset_import()) memory.opsets[set.domain()] = set.version();
  memory.inputs = true_inputs(model->graph());
  memory.outputs = declared_outputs(model->graph());
  memory.weights_may_be_overridden =
      lists_weights_among_inputs(model->graph(), memory.inputs.size());
  add_activations(memory, trace_activations(model->graph()));
  memory.planned = plan_buffers(model->graph());
  if (memory.unknown_shapes > 0)
    memory.unknown_why = inferred ? first_open_axis(model->graph())
                                  : "shape inference could not cope with the graph";
  return memory;
}

}  // namespace jetmeter
