// The contract between the sampler and a source of measurements. A SourceKind is plain data that
// describes and opens; a Source is open and is read by one thread. When to read, timestamps, cost
// and loss are the sampler's business, never the source's.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/core.h"

namespace jetmeter {

struct Channel {
  std::string name;  // "temperature.cpu-thermal", "power.VDD_IN", "memory.available"
  Unit unit = Unit::none;
};

class Source {
 public:
  virtual ~Source() = default;
  virtual std::span<const Channel> channels() const = 0;
  // One slot per channel; a value that could not be read is absent, never zero.
  virtual void read(std::span<std::optional<double>> out) = 0;
};

struct SourceKind {
  std::string_view name;
  std::string_view summary;
  // Fails, with the reason, where this machine has no such source.
  Result<std::unique_ptr<Source>> (*open)(const Host&);
};

std::span<const SourceKind* const> source_kinds();

}  // namespace jetmeter
