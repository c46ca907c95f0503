// What a load may take now.
#pragma once

#include <optional>
#include <string>

#include "jetmeter/memory.h"

namespace jetmeter {

struct AvailableMemory {
  // What the machine can give without swapping, or what its container leaves where that is less.
  // Absent where neither is told.
  std::optional<PoolBytes> bytes;
  std::string bound;  // "container: 150 MiB left of its limit of 200 MiB"; empty: the machine
};
AvailableMemory read_available_memory(const Host&);

}  // namespace jetmeter
