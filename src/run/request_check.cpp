#include "run/request_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "jetmeter/backend.h"
#include "run/sha256.h"

namespace jetmeter {

bool runs(const SlotSpec& slot) {
  return slot.skip_reason.empty();
}

Result<void> check_request(const RunSpec& spec, const std::function<void(std::string_view)>& note) {
  if (std::ranges::none_of(spec.slots, runs))
    return fail("no slot has a model to run; name one with --model0 or --model1");
  for (const auto& slot : spec.slots) {
    if (!runs(slot)) continue;
    std::error_code error;
    if (!std::filesystem::is_regular_file(slot.model, error))
      return fail(fmt::format(
          "{}: there is no model file {}{}", slot.name, in_quotes(slot.model.string()),
          slot.expected_sha256.empty() ? "" : ", which is where the run to be repeated had it"));
    const auto choice = choose_backend(slot.backend, slot.model);
    if (!choice) return fail(fmt::format("{}: {}", slot.name, choice.error().what));
    note(fmt::format("{}: {} with {} ({})", slot.name, slot.model.filename().string(),
                     choice->backend->name, choice->why));
  }
  return {};
}

Result<void> check_inputs(const RunSpec& spec) {
  for (const auto& slot : spec.slots) {
    if (!runs(slot) || !slot.bench) continue;
    for (const auto& [input, fill] : slot.bench->fills) {
      std::error_code error;
      if (!fill.file.empty() && !std::filesystem::is_regular_file(fill.file, error))
        return fail(fmt::format("there is no file {} for {}", in_quotes(fill.file.string()),
                                input.empty() ? "the inputs" : "the input " + in_quotes(input)));
    }
  }
  return {};
}

std::optional<Warning> clamped_limit(const MemoryPolicy& policy) {
  if (!policy.clamped_from_bytes) return std::nullopt;
  return Warning{
      "memory_limit_clamped",
      fmt::format("the memory limit is {}, not {}: more than this job may use",
                  format_bytes(*policy.limit_bytes), format_bytes(*policy.clamped_from_bytes)),
      "--memory-limit none runs without one", ""};
}

std::vector<Warning> changed_models(const RunSpec& spec) {
  std::vector<Warning> warnings;
  constexpr std::size_t kShort = 12;
  for (const auto& slot : spec.slots) {
    if (!runs(slot) || slot.expected_sha256.empty()) continue;
    const auto now = sha256_of_file(slot.model).value_or("");
    if (now == slot.expected_sha256) continue;
    warnings.push_back(
        {"model_changed",
         fmt::format("{} is not the model of the run that is repeated: its sha256 begins with {}, "
                     "it was {}",
                     slot.model.string(), now.substr(0, kShort),
                     slot.expected_sha256.substr(0, kShort)),
         "put the model of then back, or take the numbers for those of another model", slot.name});
  }
  return warnings;
}

}  // namespace jetmeter
