// The source `tegrastats` with what tests need to set.
#pragma once

#include <memory>

#include "jetmeter/telemetry.h"

namespace jetmeter {

struct TegrastatsOptions {
  Nanoseconds interval = std::chrono::seconds(1);           // that the tool is asked for
  Nanoseconds first_line_within = std::chrono::seconds(3);  // at opening; resuming waits for none
  const Clock* clock = &system_clock();                     // by which a line grows old
};

// Starts /usr/bin/tegrastats and waits for its first line, which tells the channels. Must not be
// called on a thread that ends before the source does: the kernel kills the tool with the thread
// that started it.
Result<std::unique_ptr<Source>> open_tegrastats(const Host&, const TegrastatsOptions&);

}  // namespace jetmeter
