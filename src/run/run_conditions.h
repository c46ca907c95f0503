// The circumstances of a run: notes what only the moment can tell, and at the end asks the
// readings what disturbed the slots and whether they were warm.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/machine.h"
#include "jetmeter/run.h"
#include "jetmeter/sampler.h"
#include "run/disturbance.h"
#include "run/results.h"

namespace jetmeter {

class RunConditions {
 public:
  // The beginning, with nothing of ours loaded. Has this process sampled, as "jetmeter".
  RunConditions(Sampler&, const RunContext&);

  void end_of_idle();
  void end();  // our models are gone
  void judge(std::span<SlotData>, const Machine&);

  // What was busy with nothing of ours loaded; absent where nothing was, or nothing told.
  std::optional<std::string> busy_before() const;

  const std::vector<Warning>& warnings() const { return warnings_; }
  const std::vector<DisturbanceRecord>& disturbances() const { return disturbances_; }

 private:
  DisturbanceFacts facts(std::span<const SlotData>, const Machine&) const;

  Sampler& sampler_;
  const RunContext& context_;
  TimeSpan idle_;
  std::optional<GpuClients> clients_before_, clients_after_;
  std::vector<Warning> warnings_;
  std::vector<DisturbanceRecord> disturbances_;
};

}  // namespace jetmeter
