// Runs for the tests of the history.
#pragma once

#include <string>

#include "support/sample_record.h"

namespace jetmeter {

// The sample record as another run: its own name, `minutes` after the first one.
inline Record run_number(int number, int minutes = 0) {
  auto record = sample_record();
  record.run.id = "run-" + std::to_string(number);
  record.run.started += std::chrono::minutes(minutes);
  record.run.finished += std::chrono::minutes(minutes);
  return record;
}

// One slot, with this median.
inline Record run_of(int number, int minutes, double p50) {
  auto record = run_number(number, minutes);
  record.slots.resize(1);
  record.slots.front().latency_ms.p50 = p50;
  return record;
}

}  // namespace jetmeter
