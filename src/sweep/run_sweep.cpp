#include <exception>
#include <set>
#include <utility>

#include "jetmeter/sweep.h"

namespace jetmeter {
namespace {

bool asked_to_stop(const SweepWorld& world) {
  return world.interrupted && world.interrupted();
}

std::vector<const SweepStep*> remaining(std::span<const SweepStep> steps,
                                        const std::vector<StepResult>& done) {
  std::set<std::pair<std::string_view, int>> finished;
  for (const auto& result : done) finished.emplace(result.digest, result.repeat);
  std::vector<const SweepStep*> left;
  for (const auto& step : steps)
    if (!finished.contains({step.digest, step.repeat})) left.push_back(&step);
  return left;
}

StepResult run_step(const SweepStep& step, const SweepWorld& world) {
  StepResult result;
  try {
    result = world.run(step);
  } catch (const std::exception& error) {
    result.status = "failed";
    result.reason = error.what();
  }
  result.id = step.id;
  result.digest = step.digest;
  result.values = step.values;
  result.repeat = step.repeat;
  return result;
}

// Reports the first failure only; a full disk would repeat it for every step.
class Bookkeeper {
 public:
  Bookkeeper(JournalWriter& journal, const SweepWorld& world) : journal_(journal), world_(world) {}

  void note(const StepResult& result) { keep(journal_.add(result)); }
  std::optional<Error> finish() {
    if (failure_) keep(journal_.flush());
    return failure_;
  }

 private:
  void keep(const Result<void>& written) {
    const bool first = !failure_ && !warned_;
    failure_ = written ? std::nullopt : std::optional(written.error());
    if (written || !first) return;
    warned_ = true;
    if (world_.warn)
      world_.warn({written.error().what +
                   "; the sweep goes on, but what is not in the journal will be run again by "
                   "--resume"});
  }

  JournalWriter& journal_;
  const SweepWorld& world_;
  std::optional<Error> failure_;
  bool warned_ = false;
};

}  // namespace

Result<SweepOutcome> run_sweep(std::span<const SweepStep> steps, JournalWriter& journal,
                               const SweepWorld& world) {
  if (!world.run) return fail("the sweep has nothing that runs a step");
  SweepOutcome outcome;
  for (const auto& result : journal.done())
    if (!world.is_kept || world.is_kept(result)) outcome.results.push_back(result);
  outcome.resumed = outcome.results.size();
  Bookkeeper books(journal, world);
  bool first = true;
  for (const auto* step : remaining(steps, outcome.results)) {
    if (!std::exchange(first, false) && world.pause && !asked_to_stop(world)) world.pause();
    outcome.interrupted = asked_to_stop(world);
    if (outcome.interrupted) break;
    if (world.starting) world.starting(*step, outcome.results.size() + 1, steps.size());
    outcome.results.push_back(run_step(*step, world));
    books.note(outcome.results.back());
    outcome.interrupted = asked_to_stop(world) && !outcome.results.back().completed();
  }
  outcome.journal = books.finish();
  return outcome;
}

}  // namespace jetmeter
