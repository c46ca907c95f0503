#include "cli/history_metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "jetmeter/core.h"

namespace jetmeter {
namespace {

struct Rule {
  std::string_view ending;  // of a part of the name between dots
  MetricFacts facts;
};

constexpr std::array kRules{Rule{"per_second", {"/s", Better::higher}},
                            Rule{"_ms", {"ms", Better::lower}},
                            Rule{"_fps", {"fps", Better::higher}},
                            Rule{"_bytes", {"bytes", Better::lower}},
                            Rule{"joules", {"J", Better::lower}},
                            Rule{"joules_per_frame", {"J", Better::lower}},
                            Rule{"joules_per_frame_above_idle", {"J", Better::lower}},
                            Rule{"watts", {"W", Better::lower}},
                            Rule{"seconds", {"s", Better::lower}},
                            Rule{"accuracy", {"", Better::higher}},
                            Rule{"dropped", {"", Better::lower}},
                            Rule{"missed_deadline", {"", Better::lower}},
                            Rule{"unserved", {"", Better::lower}},
                            Rule{"generator_late", {"", Better::lower}},
                            Rule{"misses", {"", Better::lower}},
                            Rule{"interference", {"x", Better::lower}},
                            Rule{"thermal", {"x", Better::lower}}};

}  // namespace

MetricFacts metric_facts(std::string_view metric) {
  if (metric.ends_with(".ms")) return {"ms", Better::lower};
  while (!metric.empty()) {
    const auto part = metric.substr(0, metric.find('.'));
    const auto rule = std::ranges::find_if(
        kRules, [&](const Rule& candidate) { return part.ends_with(candidate.ending); });
    if (rule != kRules.end()) return rule->facts;
    metric.remove_prefix(std::min(part.size() + 1, metric.size()));
  }
  return {};
}

std::string metric_text(double value, const MetricFacts& facts) {
  if (facts.unit == "bytes" && value >= 0 && value < 1e18)
    return format_bytes(static_cast<std::uint64_t>(value));
  if (facts.unit.empty()) return fmt::format("{:.4g}", value);
  return fmt::format("{:.4g}{}{}", value, facts.unit == "x" ? "" : " ", facts.unit);
}

}  // namespace jetmeter
