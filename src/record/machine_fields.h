// The keys of the machine and of what was read from its sensors.
#pragma once

#include "record/archive.h"

namespace jetmeter::record_json {

template <typename Archive>
void fields(Archive&& in, Board& board) {
  in("model", board.model);
  in("l4t", board.l4t);
  in("jetpack", board.jetpack);
  in("module", board.module);
  in("part_number", board.part_number);
  in("soc", board.soc);
}

template <typename Archive>
void fields(Archive&& in, Gpu& gpu) {
  in("name", gpu.name);
  in("memory_bytes", gpu.memory_bytes);
  in("compute_capability", gpu.compute_capability);
  in("driver", gpu.driver);
}

template <typename Archive>
void fields(Archive&& in, BackendProbeRecord& backend) {
  in("name", backend.name);
  in("version", backend.version);
  in("available", backend.available);
  in("reason", backend.reason);
}

template <typename Archive>
void clock_fields(Archive&& in, Machine& machine) {
  auto& [caps, mode, locked] = machine.clocks;
  in("governor", machine.governor);
  in("locked", locked);
  in("cpu_cap_hz", caps.cpu_hz);
  in("gpu_cap_hz", caps.gpu_hz);
  in("emc_cap_hz", caps.emc_hz);
  in("mode_cpu_cap_hz", mode.cpu_hz);
  in("mode_gpu_cap_hz", mode.gpu_hz);
  in("mode_emc_cap_hz", mode.emc_hz);
}

template <typename Archive>
void machine_fields(Archive&& in, Machine& machine, std::vector<BackendProbeRecord>& backends) {
  in("board", machine.board);
  in("memory_architecture", machine.memory_architecture);
  in("cpu", machine.cpu);
  in("cores", machine.cores);
  in("virtual_machine", machine.virtual_machine);
  in("memory_total_bytes", machine.memory_total_bytes);
  in("gpus", machine.gpus);
  in("kernel", machine.kernel);
  in("power_mode", machine.power_mode);
  in("power_mode_id", machine.power_mode_id);
  in("fan_profile", machine.fan_profile);
  in("active_sms", machine.active_sms);
  in.object("clocks", [&](auto&& clocks) { clock_fields(clocks, machine); });
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
