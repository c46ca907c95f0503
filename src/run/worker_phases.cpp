#include "run/worker_phases.h"

#include "run/orders.h"
#include "run/process.h"
#include "run/speed_probe.h"

namespace jetmeter {

void WorkerPhases::begin(const std::string& name) {
  tell(name);
  phase_ = name;
  began_ = clock_.monotonic();
  reset_own_peak();
}

void WorkerPhases::end() {
  tell("");
  phase_.clear();
}

void WorkerPhases::tell(const std::string& begins) {
  const auto last = ended();
  const auto at = clock_.monotonic().count();
  out_.send(MessageKind::phase, to_json(PhaseReport{begins, last, at}));
}

void WorkerPhases::tell_speed() {
  out_.send(MessageKind::speed, std::to_string(probe_speed(clock_).count()));
}

std::optional<PhaseRecord> WorkerPhases::ended() const {
  if (phase_.empty()) return std::nullopt;
  const std::chrono::duration<double> took = clock_.monotonic() - began_;
  return PhaseRecord{phase_, took.count(), own_peak_bytes()};
}

}  // namespace jetmeter
