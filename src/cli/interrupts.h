// Ctrl-C and SIGTERM, listened to only while something is measured. The third ends the process at
// once: what it waits for (a file on a network that is gone) may never come.
#pragma once

#include <signal.h>

#include <atomic>

namespace jetmeter {

// How often they came since the outermost guard was made.
int interrupts();
const std::atomic<int>& interrupt_count();

// Guards may stand inside each other: a sweep and its runs count together.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  struct sigaction old_int_ {
  }, old_term_{};
};

}  // namespace jetmeter
