#include "backends/reference_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "backends/model_file.h"
#include "backends/tensor_buffer.h"

namespace jetmeter {
namespace {

using nlohmann::json;

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kHourUs = 1000 * kHourMs;
constexpr std::int64_t kMostMib = 1 << 20;

// Thrown inside this file only; parse_reference_spec turns it into an Error.
struct SpecError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[noreturn]] void refuse(const std::string& key, std::string_view why) {
  throw SpecError(fmt::format("{}: {}", in_quotes(key), why));
}

template <typename Value, std::size_t N>
using Words = std::array<std::pair<std::string_view, Value>, N>;

constexpr Words<ReferenceBehaviour, 3> kBehaviours{{{"identity", ReferenceBehaviour::identity},
                                                    {"constant", ReferenceBehaviour::constant},
                                                    {"noop", ReferenceBehaviour::noop}}};
constexpr Words<FaultKind, 6> kFaultKinds{{{"segfault", FaultKind::segfault},
                                           {"kill", FaultKind::kill},
                                           {"hang", FaultKind::hang},
                                           {"throw", FaultKind::throws},
                                           {"fail", FaultKind::fails},
                                           {"exit", FaultKind::exits}}};
constexpr Words<FaultPhase, 2> kFaultPhases{{{"load", FaultPhase::load}, {"run", FaultPhase::run}}};

// An object of which every key must be asked for by name.
class Object {
 public:
  Object(const json& value, std::string path, std::vector<std::string> keys)
      : value_(value), path_(std::move(path)) {
    if (!value.is_object()) refuse(path_.empty() ? "(file)" : path_, "must be an object");
    for (const auto& [key, unused] : value.items()) {
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
      const auto near = closest(key, keys);
      refuse(full(key), near ? fmt::format("unknown key, did you mean '{}'?", *near)
                             : fmt::format("unknown key; known are {}", fmt::join(keys, ", ")));
    }
  }

  std::string full(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }
  const json* find(const std::string& key) const {
    const auto found = value_.find(key);
    return found == value_.end() ? nullptr : &*found;
  }
  const json& need(const std::string& key) const {
    const auto* found = find(key);
    if (found == nullptr) refuse(full(key), "is missing");
    return *found;
  }
  std::string text(const std::string& key) const {
    const auto& found = need(key);
    if (!found.is_string()) refuse(full(key), "must be a string");
    return found.get<std::string>();
  }
  const json& list(const std::string& key) const {
    const auto& found = need(key);
    if (!found.is_array()) refuse(full(key), "must be an array");
    return found;
  }
  // A whole number of 0..most; 0 when the key is absent.
  std::int64_t count(const std::string& key, std::int64_t most) const {
    const auto* found = find(key);
    if (found == nullptr) return 0;
    if (!found->is_number_unsigned() ||
        found->get<std::uint64_t>() > static_cast<std::uint64_t>(most))
      refuse(full(key), fmt::format("must be a whole number from 0 to {}", most));
    return found->get<std::int64_t>();
  }
  template <typename Value, std::size_t N>
  Value word(const std::string& key, const Words<Value, N>& words) const {
    const auto written = text(key);
    std::vector<std::string_view> known;
    for (const auto& [name, value] : words) {
      if (name == written) return value;
      known.push_back(name);
    }
    refuse(full(key),
           fmt::format("{} is not one of {}", in_quotes(written), fmt::join(known, ", ")));
  }

 private:
  const json& value_;
  std::string path_;
};

ElementType read_type(const Object& tensor) {
  const auto written = tensor.text("type");
  for (int i = 0; i < static_cast<int>(ElementType::other); ++i)
    if (name(static_cast<ElementType>(i)) == written) return static_cast<ElementType>(i);
  refuse(tensor.full("type"), fmt::format("{} is not an element type", in_quotes(written)));
}

Shape read_shape(const Object& tensor) {
  Shape shape;
  for (const auto& axis : tensor.list("shape")) {
    const bool open = axis.is_number_integer() && axis.get<std::int64_t>() == kDynamic;
    if (!open && !axis.is_number_unsigned())
      refuse(tensor.full("shape"), "must hold whole numbers, or -1 for an open axis");
    shape.push_back(open ? kDynamic : axis.get<std::int64_t>());
  }
  const bool countable = std::all_of(shape.begin(), shape.end(), [](std::int64_t extent) {
    return extent >= kDynamic && extent <= std::numeric_limits<std::int32_t>::max();
  });
  if (!countable || !fits_in_memory(shape))
    refuse(tensor.full("shape"), "is larger than any memory");
  return shape;
}

std::vector<TensorSpec> read_tensors(const Object& file, const std::string& key) {
  std::vector<TensorSpec> tensors;
  for (const auto& entry : file.list(key)) {
    const Object tensor(entry, fmt::format("{}[{}]", key, tensors.size()),
                        {"name", "type", "shape"});
    tensors.push_back({tensor.text("name"), read_type(tensor), read_shape(tensor)});
  }
  return tensors;
}

std::map<std::string, std::string> read_metadata(const Object& file) {
  std::map<std::string, std::string> metadata;
  const auto* entries = file.find("metadata");
  if (entries == nullptr) return metadata;
  if (!entries->is_object()) refuse("metadata", "must be an object");
  for (const auto& [key, value] : entries->items()) {
    if (!value.is_string()) refuse("metadata." + key, "must be a string");
    metadata.emplace(key, value.get<std::string>());
  }
  return metadata;
}

std::optional<ReferenceFault> read_fault(const Object& file) {
  const auto* entry = file.find("fault");
  if (entry == nullptr) return std::nullopt;
  const Object object(*entry, "fault", {"kind", "at", "phase"});
  ReferenceFault fault;
  fault.kind = object.word("kind", kFaultKinds);
  if (object.find("phase") != nullptr) fault.phase = object.word("phase", kFaultPhases);
  fault.at = object.count("at", std::numeric_limits<std::int32_t>::max());
  if (fault.phase == FaultPhase::load && object.find("at") != nullptr)
    refuse("fault.at", "counts runs, but the phase is load");
  return fault;
}

using std::chrono::microseconds;

std::vector<ReferenceLayer> read_layers(const Object& file) {
  std::vector<ReferenceLayer> layers;
  if (file.find("layers") == nullptr) return layers;
  for (const auto& entry : file.list("layers")) {
    const Object layer(entry, fmt::format("layers[{}]", layers.size()),
                       {"name", "type", "microseconds"});
    layer.need("microseconds");
    layers.push_back({layer.text("name"), layer.text("type"),
                      microseconds(layer.count("microseconds", kHourUs))});
    if (layers.back().name.empty()) refuse(layer.full("name"), "must not be empty");
  }
  return layers;
}

ReferenceStages read_stages(const Object& file) {
  const auto* entry = file.find("stages");
  if (entry == nullptr) return {};
  const Object object(*entry, "stages",
                      {"host_to_device_us", "enqueue_us", "compute_us", "device_to_host_us"});
  const auto stage = [&](const char* key) {
    return object.find(key) == nullptr ? std::optional<microseconds>()
                                       : microseconds(object.count(key, kHourUs));
  };
  return {stage("host_to_device_us"), stage("enqueue_us"), stage("compute_us"),
          stage("device_to_host_us")};
}

// Copies follow each other; the device computes while the host still enqueues, and has done when
// both have. Layers are what is computed.
microseconds busy_time(const ReferenceSpec& spec) {
  microseconds in_layers{0};
  for (const auto& layer : spec.layers) in_layers += layer.time;
  if (in_layers.count() > kHourUs) refuse("layers", "take more than an hour together");
  const auto& stages = spec.stages;
  if (stages.compute && in_layers > *stages.compute)
    refuse("layers", fmt::format("take {} us together, which is more than stages.compute_us",
                                 in_layers.count()));
  const auto computing =
      std::max(stages.compute.value_or(in_layers), stages.enqueue.value_or(microseconds(0)));
  return stages.host_to_device.value_or(microseconds(0)) + computing +
         stages.device_to_host.value_or(microseconds(0));
}

template <typename T>
bool is_whole_of(double number) {
  return number >= static_cast<double>(std::numeric_limits<T>::lowest()) &&
         number < std::ldexp(1.0, std::numeric_limits<T>::digits) && number == std::floor(number);
}

bool can_hold(ElementType type, double number) {
  switch (type) {
    case ElementType::float32:
    case ElementType::float16:
    case ElementType::float64: return true;
    case ElementType::int8: return is_whole_of<std::int8_t>(number);
    case ElementType::uint8: return is_whole_of<std::uint8_t>(number);
    case ElementType::int16: return is_whole_of<std::int16_t>(number);
    case ElementType::uint16: return is_whole_of<std::uint16_t>(number);
    case ElementType::int32: return is_whole_of<std::int32_t>(number);
    case ElementType::uint32: return is_whole_of<std::uint32_t>(number);
    case ElementType::int64: return is_whole_of<std::int64_t>(number);
    case ElementType::uint64: return is_whole_of<std::uint64_t>(number);
    case ElementType::boolean: return is_whole_of<bool>(number);
    case ElementType::bfloat16:
    case ElementType::other: break;
  }
  return false;
}

double read_number_for(const json& number, const TensorSpec& output, const std::string& key) {
  if (!number.is_number()) refuse(key, "must be a number");
  const auto value = number.get<double>();
  if (!can_hold(output.type, value))
    refuse(key, fmt::format("{} is no value that jetmeter can write as {} (output {})", value,
                            name(output.type), in_quotes(output.name)));
  return value;
}

std::vector<double> read_numbers(const json& list, const TensorSpec& output,
                                 const std::string& key) {
  if (!list.is_array()) refuse(key, "must be an array of numbers");
  if (static_cast<std::int64_t>(list.size()) != element_count(output.shape))
    refuse(key, fmt::format("holds {} numbers, but output {} is {}", list.size(),
                            in_quotes(output.name), format_shape(output.shape)));
  std::vector<double> numbers;
  for (const auto& number : list)
    numbers.push_back(read_number_for(number, output, fmt::format("{}[{}]", key, numbers.size())));
  return numbers;
}

std::vector<std::vector<double>> read_values(const Object& file,
                                             const std::vector<TensorSpec>& outputs) {
  std::vector<std::vector<double>> values;
  if (const auto* value = file.find("value")) {
    if (file.find("values") != nullptr) refuse("value", "cannot stand beside 'values'");
    for (const auto& output : outputs) values.push_back({read_number_for(*value, output, "value")});
    return values;
  }
  const auto& lists = file.list("values");
  if (lists.size() != outputs.size())
    refuse("values", fmt::format("must hold one array per output, {} in all", outputs.size()));
  for (const auto& list : lists)
    values.push_back(
        read_numbers(list, outputs[values.size()], fmt::format("values[{}]", values.size())));
  return values;
}

void check_identity(const ReferenceSpec& spec) {
  if (spec.outputs.size() > spec.inputs.size())
    refuse("outputs", "identity has one output per input at most");
  for (std::size_t i = 0; i < spec.outputs.size(); ++i)
    if (spec.outputs[i].type != spec.inputs[i].type ||
        spec.outputs[i].shape != spec.inputs[i].shape)
      refuse(fmt::format("outputs[{}]", i), "must have the type and shape of its input: identity");
}

void check_concrete_outputs(const ReferenceSpec& spec) {
  for (std::size_t i = 0; i < spec.outputs.size(); ++i)
    if (!is_concrete(spec.outputs[i].shape))
      refuse(fmt::format("outputs[{}].shape", i), "may have open axes only with identity");
}

ReferenceSpec read_spec(const json& document) {
  const Object file(document, "",
                    {"inputs", "outputs", "metadata", "behaviour", "value", "values", "delay_ms",
                     "load_delay_ms", "allocate_mb", "fault", "layers", "stages"});
  ReferenceSpec spec;
  spec.inputs = read_tensors(file, "inputs");
  spec.outputs = read_tensors(file, "outputs");
  spec.metadata = read_metadata(file);
  spec.behaviour = file.word("behaviour", kBehaviours);
  if (spec.behaviour == ReferenceBehaviour::identity)
    check_identity(spec);
  else
    check_concrete_outputs(spec);
  if (spec.behaviour == ReferenceBehaviour::constant)
    spec.values = read_values(file, spec.outputs);
  else
    for (const auto* key : {"value", "values"})
      if (file.find(key) != nullptr) refuse(key, "belongs to behaviour 'constant'");
  spec.delay = std::chrono::milliseconds(file.count("delay_ms", kHourMs));
  spec.load_delay = std::chrono::milliseconds(file.count("load_delay_ms", kHourMs));
  spec.allocate_mib = static_cast<std::uint64_t>(file.count("allocate_mb", kMostMib));
  spec.fault = read_fault(file);
  spec.layers = read_layers(file);
  spec.stages = read_stages(file);
  spec.busy = busy_time(spec);
  return spec;
}

}  // namespace

Result<ReferenceSpec> parse_reference_spec(std::string_view text) try {
  return read_spec(json::parse(text));
} catch (const json::exception& error) {  // parse_error, and out_of_range for 1e999
  return fail(fmt::format("not JSON: {}", one_line(error.what())));
} catch (const SpecError& error) {
  return fail(error.what());
}

}  // namespace jetmeter
