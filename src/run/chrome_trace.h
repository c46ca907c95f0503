// Time spans as a JSON file that chrome://tracing and ui.perfetto.dev show (the "Trace Event
// Format"): one process per slot, one thread per device or track.
#pragma once

#include <string>
#include <vector>

#include "jetmeter/backend.h"
#include "jetmeter/core.h"

namespace jetmeter {

struct TraceSpan {
  std::string track;     // the thread that it is shown in: "phases", "frames"
  std::string name;      // "measure", "frame 12"
  std::string category;  // by which a viewer can filter: "phase"; may be empty
  Nanoseconds begin{0}, duration{0};
};

struct TraceProcess {
  std::string name;               // of the slot
  std::vector<LayerTime> layers;  // shown as one inference, each for the mean of its calls
  Nanoseconds layers_begin{0};    // where that inference is put
  std::vector<TraceSpan> spans;
};

struct ChromeTrace {
  std::vector<TraceProcess> processes;
};

// Always valid JSON: bytes that are no UTF-8 become U+FFFD. Times are microseconds with the
// nanoseconds behind the point. A layer begins where it first began, or where the one before it on
// its device ends, so that they never overlap.
std::string chrome_trace(const ChromeTrace&);

}  // namespace jetmeter
