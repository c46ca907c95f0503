#include "run/stop_listener.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace jetmeter {

StopListener::StopListener(int control)
    : done_(eventfd(0, EFD_CLOEXEC)), thread_([this, control] { listen(control); }) {}

StopListener::~StopListener() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(done_.get(), &one, sizeof one);
  thread_.join();
}

void StopListener::listen(int control) {
  std::array<pollfd, 2> watched{pollfd{control, POLLIN, 0}, pollfd{done_.get(), POLLIN, 0}};
  int ready = 0;
  do {
    ready = poll(watched.data(), watched.size(), -1);
  } while (ready < 0 && errno == EINTR);
  if (watched[0].revents != 0) asked_ = true;
}

}  // namespace jetmeter
