#include "run/schedule.h"

#include <fmt/format.h>

namespace jetmeter {

Schedule applied_schedule(Schedule asked, bool planned) {
  return planned ? asked : Schedule::parallel;
}

std::optional<Warning> schedule_warning(Schedule asked, const SourceInfo& first,
                                        const SourceInfo& second) {
  if (asked != Schedule::alternate || (!first.live && !second.live)) return std::nullopt;
  const auto* pairs = first.live && second.live ? "pairs are made afterwards, by time of arrival"
                                                : "no pairs are made";
  return Warning{"schedule_not_applied",
                 fmt::format("--schedule alternate is not applied: beside a live source both "
                             "streams run freely, and {}",
                             pairs),
                 "two sources that can be read ahead take turns: videos, images, scenes", ""};
}

}  // namespace jetmeter
