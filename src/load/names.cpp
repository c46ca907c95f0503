#include "jetmeter/load.h"

namespace jetmeter {

std::string_view name(Stage stage) {
  switch (stage) {
    case Stage::acquire: return "acquire";
    case Stage::preprocess: return "preprocess";
    case Stage::host_to_device: return "host_to_device";
    case Stage::enqueue: return "enqueue";
    case Stage::compute: return "compute";
    case Stage::device_to_host: return "device_to_host";
    case Stage::postprocess: return "postprocess";
  }
  return "";
}

std::string_view name(ScenarioKind kind) {
  switch (kind) {
    case ScenarioKind::single: return "single";
    case ScenarioKind::multi: return "multi";
    case ScenarioKind::rate: return "rate";
    case ScenarioKind::poisson: return "poisson";
    case ScenarioKind::offline: return "offline";
  }
  return "";
}

std::string_view name(WhenBusy when_busy) {
  switch (when_busy) {
    case WhenBusy::queue: return "queue";
    case WhenBusy::drop: return "drop";
  }
  return "";
}

std::string_view name(StopReason reason) {
  switch (reason) {
    case StopReason::minimums_met: return "minimums_met";
    case StopReason::max_time: return "max_time";
    case StopReason::max_count: return "max_count";
    case StopReason::all_done: return "all_done";
    case StopReason::interrupted: return "interrupted";
    case StopReason::failed: return "failed";
  }
  return "";
}

}  // namespace jetmeter
