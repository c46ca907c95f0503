#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "jetmeter/core.h"

namespace jetmeter {
namespace {

class SystemClock : public Clock {
 public:
  Nanoseconds monotonic() const override {
    return std::chrono::steady_clock::now().time_since_epoch();
  }
  WallTime wall() const override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
  }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

std::string format_utc(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto micros = (time - seconds).count();
  // Not to_time_t(): it counts in nanoseconds, which overflow in the year 2262.
  const auto unix_time = static_cast<std::time_t>(seconds.time_since_epoch().count());
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(unix_time), micros);
}

}  // namespace jetmeter
