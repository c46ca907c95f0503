// Whether a run's request can be met at all: what it names is looked at before anything is opened
// or loaded. Reads files and keeps nothing.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/record.h"
#include "jetmeter/run.h"

namespace jetmeter {

// The slot is not one that is skipped.
bool runs(const SlotSpec&);

// Its models are there, and each has a runtime, which `note` is told.
Result<void> check_request(const RunSpec&, const std::function<void(std::string_view)>& note);

// Files that are named must be there before anything is loaded; what is in them meets the model's
// inputs in the worker.
Result<void> check_inputs(const RunSpec&);

// That the limit is a smaller one than was asked for.
std::optional<Warning> clamped_limit(const MemoryPolicy&);

// The models that are not those of the run that is repeated.
std::vector<Warning> changed_models(const RunSpec&);

}  // namespace jetmeter
