// One run of this program as a child, and waiting for it without taking time from it.
#pragma once

#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "jetmeter/core.h"

namespace jetmeter {

// While it lives, SIGINT, SIGTERM and SIGCHLD wait for who asks for them.
class HeldSignals {
 public:
  HeldSignals();
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  const sigset_t& held() const { return held_; }
  const sigset_t& before() const { return before_; }

 private:
  sigset_t held_{}, before_{};
};

struct ChildEnd {
  int wait_status = 0;
  bool interrupted = false;  // Ctrl-C came; the child was told, and ended
  bool given_up = false;     // another one had failed; the child was told, and ended
};

struct ChildRun {
  std::vector<std::string> arguments;
  std::filesystem::path log;  // standard output and error
  int keeps = -1;             // a descriptor of this process that the child has as well; -1: none
};

// Runs /proc/self/exe once for each, all at the same time, and waits for all. A child is in a
// process group of its own: Ctrl-C reaches it once, from here, and it ends with its report written.
// It ends with this process. `started`: all have been, and what they keep may be closed here.
// `tick` is called once a second. Where one of several fails, the others are told to end: what they
// do has no use any more.
Result<std::vector<ChildEnd>> run_children(const std::vector<ChildRun>&, const HeldSignals&,
                                           const std::function<void()>& started,
                                           const std::function<void()>& tick);

}  // namespace jetmeter
