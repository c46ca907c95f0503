#include "monitor/stop_signals.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <limits>

namespace jetmeter {
namespace {

// All that a handler may touch: a flag, and a pipe that wakes poll().
std::atomic<bool> stop_asked{false};
std::atomic<int> wake_end{-1};
int sleep_end = -1;
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void on_signal(int number) {
  const int saved = errno;
  if (number != SIGWINCH) stop_asked = true;
  [[maybe_unused]] const auto written = ::write(wake_end, "", 1);
  errno = saved;
}

void drain(int descriptor) {
  char buffer[64];
  while (::read(descriptor, buffer, sizeof buffer) > 0) {
  }
}

}  // namespace

StopSignals::StopSignals() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) ends[0] = ends[1] = -1;
  sleep_end = ends[0];
  wake_end = ends[1];
  stop_asked = false;
  for (std::size_t i = 0; i < std::size(kSignals); ++i) {
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigaction(kSignals[i], &action, &before_[i]);
  }
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < std::size(kSignals); ++i)
    sigaction(kSignals[i], &before_[i], nullptr);
  ::close(wake_end.exchange(-1));
  ::close(sleep_end);
}

bool StopSignals::stopped() const {
  return stop_asked;
}

bool StopSignals::wait(Nanoseconds timeout, int input) {
  if (stop_asked) return false;
  pollfd waits[2] = {{sleep_end, POLLIN, 0}, {input, POLLIN, 0}};
  // Rounded up, or the last millisecond would be spent in a busy loop.
  const auto milliseconds =
      std::chrono::ceil<std::chrono::milliseconds>(std::max(timeout, Nanoseconds(0))).count();
  const auto most = std::numeric_limits<int>::max();
  const int count = ::poll(waits, 2, static_cast<int>(std::min<std::int64_t>(milliseconds, most)));
  if (count > 0 && waits[0].revents != 0) drain(sleep_end);
  return count > 0 && (waits[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
}

}  // namespace jetmeter
