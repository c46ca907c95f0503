// Watches a worker's control pipe while a load runs: any order that arrives, or the supervisor's
// end, asks the load to finish. The order itself stays in the pipe.
#pragma once

#include <atomic>
#include <thread>

#include "run/process.h"

namespace jetmeter {

class StopListener {
 public:
  explicit StopListener(int control);
  ~StopListener();
  StopListener(const StopListener&) = delete;
  StopListener& operator=(const StopListener&) = delete;
  const std::atomic<bool>& asked() const { return asked_; }

 private:
  void listen(int control);
  std::atomic<bool> asked_{false};
  Descriptor done_;  // readable when the listener is to end
  std::jthread thread_;
};

}  // namespace jetmeter
