// Lines of a tegrastats log as readings.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "jetmeter/recording.h"
#include "jetmeter/tegrastats.h"
#include "telemetry/tegrastats_channels.h"

namespace jetmeter {

class TegrastatsLog {
 public:
  // False for a line that is none of the tool's. Its times are seconds since the first line; where
  // the tool wrote none, lines are a second apart, which is its default interval.
  bool understand(std::string_view line, RecordedReading& out);
  // Of the lines that were understood.
  const UnknownWords& unknown_words() const { return unknown_; }

 private:
  Nanoseconds time_of(std::string_view timestamp);
  std::string local_time(std::string_view timestamp);

  TegrastatsLine line_;
  UnknownWords unknown_;
  std::optional<int> second_of_day_;  // of the line before
  Nanoseconds whole_{0};              // time of that line, in whole seconds
  int in_this_second_ = 0;
  bool first_ = true;
  bool month_first_ = true;  // no date so far said otherwise
};

}  // namespace jetmeter
