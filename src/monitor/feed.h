// Where a monitor's readings come from: the machine as it is now, or a recording.
#pragma once

#include <memory>

#include "jetmeter/recording.h"
#include "monitor/reading_log.h"
#include "monitor/view.h"

namespace jetmeter {

class Feed {
 public:
  virtual ~Feed() = default;
  // Goes on for `passed` of the viewer's time.
  virtual void advance(Nanoseconds passed) = 0;
  // All that there will be for one picture: a second reading, or the end of the recording.
  virtual void finish() = 0;
  // Replaces everything in the view but the state of its viewer.
  virtual void show(MonitorView&) = 0;
  // A key was pressed: '+' or '-'.
  virtual void change_pace(bool plus) = 0;
  // Between two pictures.
  virtual Nanoseconds interval() const = 0;
};

// `log` may be null and must outlive the feed.
std::unique_ptr<Feed> live_feed(const Host&, Nanoseconds interval, ReadingLog* log);
struct ReplayOptions {
  std::string name;
  std::optional<Machine> machine;
  double speed = 1;
  Nanoseconds interval = std::chrono::seconds(1);
};
std::unique_ptr<Feed> replay_feed(Recording, const ReplayOptions&, ReadingLog* log);

}  // namespace jetmeter
