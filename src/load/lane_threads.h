#pragma once

#include <functional>

#include "jetmeter/core.h"

namespace jetmeter {

// Runs `work(lane)` for lanes 0 to lanes-1 and returns when all have returned. One lane runs on the
// caller's thread. Several get a thread each; `start` is called once when all threads are there and
// before any works. Fails, with nothing run, when a thread cannot be made. `work` must not throw.
Result<void> run_lanes(int lanes, const std::function<void()>& start,
                       const std::function<void(int lane)>& work);

}  // namespace jetmeter
