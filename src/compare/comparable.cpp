#include "compare/comparable.h"

#include <fmt/format.h>

#include "compare/slots.h"

namespace jetmeter {
namespace {

// "power mode (15W / 25W), precision (fp16 / fp32)"
std::string blocking_ones(std::span<const Difference> all) {
  std::string text;
  for (const auto& difference : all) {
    if (!difference.blocking) continue;
    text += (text.empty() ? "" : ", ") + difference.what + " (";
    for (std::size_t i = 0; i < difference.values.size(); ++i)
      text += (i == 0 ? "" : " / ") + difference.values[i];
    text += ')';
  }
  return text;
}

}  // namespace

Result<void> check_slots(const ComparedRun& a, const ComparedRun& b) {
  for (const auto* run : {&a, &b})
    if (measured_slots(run->record).empty())
      return fail(
          fmt::format("{} measured no frame: there is nothing to compare", in_quotes(run->name)));
  if (slots_in_common(a.record, b.record).empty())
    return fail(fmt::format("{} measured {} and {} measured {}: they have no slot in common",
                            in_quotes(a.name), names_of(measured_slots(a.record)),
                            in_quotes(b.name), names_of(measured_slots(b.record))));
  return {};
}

Result<void> check_comparable(std::span<const Difference> all, const CompareOptions& options) {
  const auto named = blocking_ones(all);
  if (named.empty() || options.force) return {};
  return fail(fmt::format(
      "these runs cannot be compared, they differ in {}; --force compares all the same", named));
}

}  // namespace jetmeter
