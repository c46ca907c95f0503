#include "run/loaded_model.h"

#include <cstring>

namespace jetmeter {
namespace {

template <typename ViewOf>
void make_concrete(std::vector<TensorSpec>& specs, ViewOf view_of) {
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const auto shape = view_of(i).shape;
    specs[i].shape.assign(shape.begin(), shape.end());
  }
}

}  // namespace

ModelReport model_report(const LoadedModel& loaded, Session& session, const SlotSpec& slot) {
  ModelReport report;
  const auto& info = loaded.model->info();
  report.model.path = slot.model.string();
  report.model.format = info.format;
  report.model.inputs = info.inputs;
  report.model.outputs = info.outputs;
  make_concrete(report.model.inputs, [&](std::size_t i) { return session.input(i); });
  make_concrete(report.model.outputs, [&](std::size_t i) { return session.output(i); });
  report.backend = {std::string(loaded.choice.backend->name),
                    info.version,
                    info.device,
                    info.precision,
                    loaded.choice.why,
                    slot.load.threads,
                    slot.load.options};
  return report;
}

void clear_inputs(const Model& model, Session& session) {
  for (std::size_t i = 0; i < model.info().inputs.size(); ++i) {
    const auto input = session.input(i);
    std::memset(input.data, 0, input.bytes);
  }
}

}  // namespace jetmeter
