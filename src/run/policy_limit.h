// The limit of a run as it is put on one process. A run asks the same before it loads anything, to
// know who will enforce it.
#pragma once

#include <optional>
#include <string_view>

#include "jetmeter/memory_limit.h"
#include "jetmeter/run.h"

namespace jetmeter {

// Absent where the policy has no limit. `who` is unique in this run; it names the group.
std::optional<MemoryLimit> prepare_limit(const MemoryPolicy&, const Host&, std::string_view who);

// Who will enforce the policy's limit on this machine; leaves nothing behind.
std::optional<Budget> expected_budget(const MemoryPolicy&, const Host&);

}  // namespace jetmeter
