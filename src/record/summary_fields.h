// The keys of a latency distribution.
#pragma once

#include "record/archive.h"

namespace jetmeter::record_json {

template <typename Archive>
void fields(Archive&& in, Unsupported& unsupported) {
  in("name", unsupported.name);
  in("needs", unsupported.needs);
}

template <typename Archive>
void fields(Archive&& in, Summary& summary) {
  in("n", summary.n);
  in("mean", summary.mean);
  in("stdev", summary.stdev);
  in("min", summary.min);
  in("max", summary.max);
  in("p50", summary.p50);
  in("p90", summary.p90);
  in("p95", summary.p95);
  in("p99", summary.p99);
  in("p999", summary.p999);
  in("unsupported", summary.unsupported);
}

}  // namespace jetmeter::record_json
