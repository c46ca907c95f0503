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
};

// Runs /proc/self/exe with these arguments, standard output and error into `log`. The child is in
// a process group of its own: Ctrl-C reaches it once, from here, and it ends with its report
// written. It ends with this process. `tick` is called once a second.
Result<ChildEnd> run_child(const std::vector<std::string>& arguments,
                           const std::filesystem::path& log, const HeldSignals&,
                           const std::function<void()>& tick);

}  // namespace jetmeter
