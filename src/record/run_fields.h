// The keys of the run itself.
#pragma once

#include "record/archive.h"

namespace jetmeter::record_json {

template <typename Archive>
void fields(Archive&& in, Warning& warning) {
  in("code", warning.code);
  in("message", warning.message);
  in("advice", warning.advice);
  in("slot", warning.slot);
}

template <typename Archive>
void fields(Archive&& in, DisturbanceRecord& disturbance) {
  in("code", disturbance.code);
  in("message", disturbance.message);
  in("slot", disturbance.slot);
  in("frames_touched", disturbance.frames_touched);
  in("frames", disturbance.frames);
  in("seconds", disturbance.seconds);
  in("p50_touched_ms", disturbance.p50_touched_ms);
  in("p50_untouched_ms", disturbance.p50_untouched_ms);
}

template <typename Archive>
void fields(Archive&& in, Record::Run& run) {
  in("id", run.id);
  in("started", run.started);
  in("finished", run.finished);
  in("command", run.command);
  in("config", run.config);
  in("working_directory", run.working_directory);
  in.object("tool", [&](auto&& tool) {
    tool("version", run.tool_version);
    tool("git", run.tool_git);
  });
  in("verdict", run.verdict);
  in("warnings", run.warnings);
  in.later("disturbances", run.disturbances);
}

}  // namespace jetmeter::record_json
