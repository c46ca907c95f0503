#include "run/run_notes.h"

#include <fmt/format.h>

namespace jetmeter {

std::string describe(const Machine& machine) {
  std::string text = machine.cpu;
  if (machine.cores > 0) text += fmt::format(", {} cores", machine.cores);
  if (machine.board) text = fmt::format("{}, {}", machine.board->model, text);
  if (machine.memory_total_bytes) text += ", " + format_bytes(*machine.memory_total_bytes);
  for (const auto& gpu : machine.gpus) text += ", " + gpu.name;
  return fmt::format("{}, memory {}", text, name(machine.memory_architecture));
}

std::string describe(const SourceInfo& source) {
  if (source.live) return "camera, opened when the model is loaded";
  std::string text =
      fmt::format("{} {}, {}x{}", source.kind, source.location, source.width, source.height);
  if (source.fps) text += fmt::format(", {:.4g} fps", *source.fps);
  if (source.frames) text += fmt::format(", {} frames", *source.frames);
  if (!source.left_out.empty()) text += "; " + source.left_out;
  return text;
}

std::string describe(const SlotData& slot) {
  const auto& model = *slot.model;
  double load_seconds = 0;
  for (const auto& phase : slot.phases)
    if (phase.name == "load") load_seconds = phase.seconds;
  const auto loaded = slot.shared_with.empty()
                          ? fmt::format("loaded in {:.0f} ms", load_seconds * 1000)
                          : fmt::format("shares the weights of {}", slot.shared_with);
  std::string input;
  if (model.pipeline)
    input = fmt::format("input {}x{}, head {} ({})", model.pipeline->input_width,
                        model.pipeline->input_height, model.pipeline->head, model.pipeline->why);
  else
    for (const auto& tensor : model.model.inputs)
      input += fmt::format("{}{} {} {}", input.empty() ? "" : ", ", tensor.name, name(tensor.type),
                           format_shape(tensor.shape));
  return fmt::format("{}: {} {} on {}, {}, {}", slot.spec.name, model.backend.name,
                     model.backend.version, model.backend.device, input, loaded);
}

}  // namespace jetmeter
