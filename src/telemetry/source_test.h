// What the tests of the sources share.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jetmeter/telemetry.h"
#include "support/board_copy.h"

namespace jetmeter {

using Reading = std::map<std::string, std::optional<double>>;

// By channel name. Whatever the slots held before must be overwritten, hence the filling.
inline Reading read_once(Source& source) {
  std::vector<std::optional<double>> values(source.channels().size(), -12345.0);
  source.read(values);
  Reading reading;
  for (std::size_t i = 0; i < values.size(); ++i) reading[source.channels()[i].name] = values[i];
  return reading;
}

}  // namespace jetmeter
