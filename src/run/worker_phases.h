// The phases of a slot in its worker: each one's time and memory peak is told when the next begins.
#pragma once

#include <optional>
#include <string>

#include "jetmeter/core.h"
#include "jetmeter/record.h"
#include "run/wire.h"

namespace jetmeter {

class WorkerPhases {
 public:
  WorkerPhases(MessageWriter& out, const Clock& clock) : out_(out), clock_(clock) {}
  void begin(const std::string& name);
  void end();
  // How fast the machine is now. Before anything is loaded and after it is gone: memory that the
  // work takes must not count as the model's.
  void tell_speed();

 private:
  void tell(const std::string& begins);
  std::optional<PhaseRecord> ended() const;

  MessageWriter& out_;
  const Clock& clock_;
  std::string phase_;
  Nanoseconds began_{0};
};

}  // namespace jetmeter
