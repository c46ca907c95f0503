#include "run/available_memory.h"

#include <fmt/format.h>

#include "jetmeter/group_limits.h"

namespace jetmeter {

AvailableMemory read_available_memory(const Host& host) {
  const auto ledger = read_ledger(host, MemoryArchitecture::host);
  AvailableMemory memory;
  if (!ledger.pools.empty()) memory.bytes = ledger.pools.front().available;
  const auto group = read_group_memory(host);
  if (!group) return memory;
  const auto left = group->available_bytes.value_or(group->limit_bytes);
  if (memory.bytes && memory.bytes->bytes() <= left) return memory;
  memory.bytes = PoolBytes(left);
  memory.bound = fmt::format("container: {} left of its limit of {}", format_bytes(left),
                             format_bytes(group->limit_bytes));
  return memory;
}

}  // namespace jetmeter
