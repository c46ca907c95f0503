#include "run/worker_phases.h"

#include "run/orders.h"
#include "run/process.h"
#include "run/speed_probe.h"

namespace jetmeter {

void WorkerPhases::begin(const std::string& name) {
  out_.send(MessageKind::phase, to_json(PhaseReport{name, ended()}));
  phase_ = name;
  began_ = clock_.monotonic();
  reset_own_peak();
}

void WorkerPhases::end() {
  out_.send(MessageKind::phase, to_json(PhaseReport{"", ended()}));
  phase_.clear();
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
