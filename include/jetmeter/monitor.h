// A view of what a machine does now, or did in a recording: on a screen that follows it, once as
// text, once as JSON, or into a log.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "jetmeter/core.h"

namespace jetmeter {

struct MonitorOptions {
  Host host;                                       // the machine that is looked at
  Nanoseconds interval = std::chrono::seconds(1);  // between readings; at least kShortestInterval
  bool once = false;                               // one screenful, then the end
  bool json = false;                               // that screenful as one JSON document
  std::filesystem::path log;                       // empty: none; CSV when it ends in ".csv"
  std::filesystem::path replay;                    // empty: live; a file, a run or a board
  double speed = 1;                                // of a recording; above 0
  std::optional<Nanoseconds> duration;             // absent: until it is told to end
  bool full_screen = false;                        // standard output is a terminal
  bool ascii = false;                              // no character outside ASCII
  bool color = false;

  static constexpr Nanoseconds kShortestInterval = std::chrono::milliseconds(100);
};

struct MonitorOutput {
  std::function<void(std::string_view)> print;  // results
  std::function<void(std::string_view)> note;   // one sentence, beside the results
};

struct MonitorOutcome {
  // Why the log does not hold all that it should, as on a full disk; empty: it does, or there is
  // none. The view went on all the same.
  std::string unwritten;
};

// Returns when it was told to end: by a key, by SIGINT, SIGTERM or SIGHUP, or by the options. The
// terminal is then as it was. Fails, with nothing shown, where the options cannot be met.
Result<MonitorOutcome> run_monitor(const MonitorOptions&, const MonitorOutput&);

}  // namespace jetmeter
