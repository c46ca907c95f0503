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
void fields(Archive&& in, Record::Run& run) {
  in("id", run.id);
  in("started", run.started);
  in("finished", run.finished);
  in("command", run.command);
  in("config", run.config);
  in.object("tool", [&](auto&& tool) {
    tool("version", run.tool_version);
    tool("git", run.tool_git);
  });
  in("verdict", run.verdict);
  in("warnings", run.warnings);
}

}  // namespace jetmeter::record_json
