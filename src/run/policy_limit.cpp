#include "run/policy_limit.h"

#include <fmt/format.h>
#include <unistd.h>

namespace jetmeter {

std::optional<MemoryLimit> prepare_limit(const MemoryPolicy& policy, const Host& host,
                                         std::string_view who) {
  if (!policy.limit_bytes) return std::nullopt;
  return MemoryLimit::prepare(host, {.bytes = *policy.limit_bytes,
                                     .limiter = policy.limiter,
                                     .typed = policy.typed,
                                     .cgroup = fmt::format("jetmeter-{}-{}", getpid(), who)});
}

std::optional<Budget> expected_budget(const MemoryPolicy& policy, const Host& host) {
  const auto limit = prepare_limit(policy, host, "forecast");
  return limit ? std::optional(limit->budget()) : std::nullopt;
}

}  // namespace jetmeter
