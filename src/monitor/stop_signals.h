// Signals as events that a loop can wait for. At most one object at a time.
#pragma once

#include <csignal>

#include "jetmeter/core.h"

namespace jetmeter {

class StopSignals {
 public:
  // Until its end SIGINT, SIGTERM and SIGHUP ask to stop, and SIGWINCH wakes a wait.
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  bool stopped() const;
  // Waits for a signal, for `input` (-1: none) to have something to read, or for the time. True
  // when `input` has.
  bool wait(Nanoseconds timeout, int input = -1);

 private:
  static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH};
  struct sigaction before_[4]{};
};

}  // namespace jetmeter
