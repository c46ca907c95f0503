#include "jetmeter/telemetry.h"

namespace jetmeter {

bool is_throttle_state(std::string_view what) {
  return what.ends_with("_alarm") || what.starts_with("gpu");
}

}  // namespace jetmeter
