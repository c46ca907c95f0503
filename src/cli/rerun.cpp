#include "cli/rerun.h"

#include <algorithm>
#include <system_error>

#include "cli/read_record.h"

namespace jetmeter {
namespace {

// As the earlier run saw it; as it stands in the record where its folder is not known.
std::filesystem::path place_of(const ModelRecord& model, const Record& record) {
  const auto& there = record.run.working_directory;
  return (there ? std::filesystem::path(*there) / model.path : std::filesystem::path(model.path))
      .lexically_normal();
}

}  // namespace

void expect_models(RunSpec& spec, const Record& record) {
  for (auto& slot : spec.slots) {
    const auto known = std::ranges::find(record.slots, slot.name, &SlotRecord::name);
    if (slot.model.empty() || known == record.slots.end() || !known->model) continue;
    const auto then = place_of(*known->model, record);
    std::error_code error;
    const auto now = then.is_absolute() ? std::filesystem::absolute(slot.model, error) : slot.model;
    if (now.lexically_normal() == then) slot.expected_sha256 = known->model->sha256;
  }
}

Result<void> expect_models(RunSpec& spec, const std::filesystem::path& run) {
  const auto record = read_record(run);
  if (!record) return tl::make_unexpected(record.error());
  expect_models(spec, *record);
  return {};
}

}  // namespace jetmeter
