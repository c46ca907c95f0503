// A model that a worker has loaded, and how it describes it to the supervisor.
#pragma once

#include <memory>

#include "jetmeter/backend.h"
#include "run/orders.h"

namespace jetmeter {

struct LoadedModel {
  BackendChoice choice;
  std::shared_ptr<Model> model;
};

// Model and backend as `session` runs them, with the outputs' shapes of its first run.
ModelReport model_report(const LoadedModel&, Session& session, const SlotSpec&);

// Bytes of zero into every input.
void clear_inputs(const Model&, Session&);

}  // namespace jetmeter
