// The keys of the machine and of what was read from its sensors.
#pragma once

#include "record/archive.h"

namespace jetmeter::record_json {

template <typename Archive>
void fields(Archive&& in, Board& board) {
  in("model", board.model);
  in("l4t", board.l4t);
  in("jetpack", board.jetpack);
}

template <typename Archive>
void fields(Archive&& in, Gpu& gpu) {
  in("name", gpu.name);
  in("memory_bytes", gpu.memory_bytes);
}

template <typename Archive>
void fields(Archive&& in, BackendProbeRecord& backend) {
  in("name", backend.name);
  in("version", backend.version);
  in("available", backend.available);
  in("reason", backend.reason);
}

template <typename Archive>
void machine_fields(Archive&& in, Machine& machine, std::vector<BackendProbeRecord>& backends) {
  in("board", machine.board);
  in("memory_architecture", machine.memory_architecture);
  in("cpu", machine.cpu);
  in("cores", machine.cores);
  in("memory_total_bytes", machine.memory_total_bytes);
  in("gpus", machine.gpus);
  in("kernel", machine.kernel);
  in("power_mode", machine.power_mode);
  in.object("clocks", [&](auto&& clocks) { clocks("governor", machine.governor); });
  in("backends", backends);
}

template <typename Archive>
void fields(Archive&& in, TelemetrySourceRecord& source) {
  in("name", source.name);
  in("status", source.status);
  in("reason", source.reason);
  in("cost_seconds", source.cost_seconds);
  in("reads", source.reads);
  in("gaps", source.gaps);
}

template <typename Archive>
void fields(Archive&& in, ChannelRecord& channel) {  // its name is the key it stands under
  in("unit", channel.unit);
  in("n", channel.n);
  in("mean", channel.mean);
  in("min", channel.min);
  in("max", channel.max);
  in("p95", channel.p95);
}

}  // namespace jetmeter::record_json
