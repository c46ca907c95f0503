// What a screen shows, as plain data: nothing here reads a machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/machine.h"
#include "jetmeter/memory.h"
#include "jetmeter/processes.h"
#include "jetmeter/sampler.h"

namespace jetmeter {

// How far back curves reach.
inline constexpr Nanoseconds kCurveSpan = std::chrono::minutes(2);

struct MonitorChannel {
  std::string name;
  Unit unit = Unit::none;
  std::string source;
  std::optional<double> latest;       // absent: the newest reading lacks it
  std::vector<HistoryPoint> history;  // of the last kCurveSpan, oldest first
};

struct MonitorProcess {
  ProcessId pid = 0;  // 0: a recording does not tell
  std::string name;
  std::optional<std::uint64_t> pss_bytes, rss_bytes, gpu_bytes;
};

struct MissingSource {
  std::string name, reason;
};

struct UnknownFrom {
  std::string source;
  UnknownWords words;
};

struct ReplayState {
  std::string name;             // of the recording
  std::optional<double> share;  // of it that was shown, in [0, 1]
  std::int64_t bad_lines = 0;
  double speed = 1;
  bool ended = false;
};

struct MonitorView {
  std::optional<WallTime> time;
  std::string local_time;  // as RecordedReading has it
  Nanoseconds at{0};       // of the newest reading; the curves end here
  Nanoseconds interval{0};
  std::optional<Machine> machine;  // absent: a recording does not tell
  Ledger ledger;
  std::vector<MonitorChannel> channels;
  std::vector<MonitorProcess> processes;  // largest first
  std::string process_note;               // what is not known of them, and why; may be empty
  std::vector<MissingSource> missing;
  std::vector<UnknownFrom> unknown;   // only sources that were told such words
  std::optional<ReplayState> replay;  // absent: live
  std::string message;                // about the log; may be empty
  bool paused = false, help = false;
  std::size_t scroll = 0;  // lines of the help page that are above the window

  // By name; what only tegrastats tells is found by the name of the channel that it stands for.
  const MonitorChannel* find(std::string_view channel) const;
  std::optional<double> value(std::string_view channel) const;
  // What follows `prefix` in the names of channels, in the channels' order; of tegrastats' ones
  // only what no other source tells.
  std::vector<std::string> subjects(std::string_view prefix) const;
};

}  // namespace jetmeter
