// The text of a .ref file: a make-believe model for the reference backend. See
// docs/reference-backend.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

enum class ReferenceBehaviour { identity, constant, noop };
enum class FaultKind { segfault, kill, hang, throws, fails, exits };
enum class FaultPhase { load, run };

struct ReferenceFault {
  FaultKind kind = FaultKind::fails;
  FaultPhase phase = FaultPhase::run;
  std::int64_t at = 0;  // the run that it happens in, counted from 0 over all sessions
};

// A layer of a make-believe profile: what each run of it takes.
struct ReferenceLayer {
  std::string name, type;
  std::chrono::microseconds time{0};
};

// What a make-believe accelerator tells of each run; absent where it tells nothing.
struct ReferenceStages {
  std::optional<std::chrono::microseconds> host_to_device, enqueue, compute, device_to_host;
};

struct ReferenceSpec {
  std::vector<TensorSpec> inputs, outputs;
  std::map<std::string, std::string> metadata;
  ReferenceBehaviour behaviour = ReferenceBehaviour::identity;
  // constant: per output either one number for all elements or one number per element.
  std::vector<std::vector<double>> values;
  std::chrono::milliseconds delay{0}, load_delay{0};
  std::uint64_t allocate_mib = 0;
  std::vector<ReferenceLayer> layers;  // in the order of execution
  ReferenceStages stages;
  std::chrono::microseconds busy{0};  // what layers and stages make a run take, beside the delay
  std::optional<ReferenceFault> fault;
};

// Strict: a key that is not known, a value of the wrong type and a number out of its range are
// errors that name the key.
Result<ReferenceSpec> parse_reference_spec(std::string_view json);

}  // namespace jetmeter
