// Several configurations in one call: which ones, in which order, what was done already, and a
// pause between them in which the machine cools down. Works on argument lists and knows nothing of
// what a step measures; who runs a step is a parameter.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jetmeter/core.h"

namespace jetmeter {

// One option and the values that it is to take, as typed: {"threads", {"1", "2"}}. An empty name
// is the positional argument (the model).
struct SweepAxis {
  std::string option;
  std::vector<std::string> values;
};

// One configuration: what varies, in the order of the axes.
struct SweepStep {
  std::string id;      // "003-yolov8n-threads-2": safe as a folder's name, unique in its plan
  std::string digest;  // of the values: the same configuration has the same one in every plan
  std::vector<std::pair<std::string, std::string>> values;
};

struct SweepOptions {
  bool shuffle = true;  // so that no configuration always meets the warmer machine
  std::uint64_t seed = 1;
  int repeats = 1;  // of every configuration; repeats are spread, not adjacent
};
// The product of the axes, in the order in which it is to run. Fails above 10 000 steps, or for an
// axis without values. Duplicate configurations (beyond `repeats`) are dropped.
Result<std::vector<SweepStep>> plan_sweep(std::span<const SweepAxis>, const SweepOptions&);

// "1,2,4", "1:8:2" (from, to, step), "1:8*2" (doubling) or one value; a comma inside quotes or
// behind a backslash is a comma.
Result<std::vector<std::string>> sweep_values(std::string_view text);

// ---- the journal -------------------------------------------------------------------------------

// One line per finished step in sweep.jsonl, behind a header line with the plan's digest; each
// line is on the disk before the next step begins.
struct StepResult {
  std::string id, digest;
  std::string status;  // "completed", "failed", …
  std::string reason;  // empty when completed
  int exit_code = 0;
  double seconds = 0;
  std::filesystem::path out;  // relative to the journal's folder
};
struct Journal {
  std::string plan_digest;
  std::vector<StepResult> results;
  std::int64_t torn_lines = 0;  // cut off by a death or a full disk: ignored, counted
};
Result<Journal> read_journal(const std::filesystem::path&);

class JournalWriter {
 public:
  // A new journal, or the end of one of the same plan (`resume`). Fails when the journal belongs
  // to another plan, in one sentence.
  static Result<JournalWriter> open(const std::filesystem::path&, std::span<const SweepStep>,
                                    bool resume);
  JournalWriter(JournalWriter&&) noexcept;
  JournalWriter& operator=(JournalWriter&&) noexcept;
  ~JournalWriter();
  Result<void> add(const StepResult&);
  // Finished by an earlier call: they are not run again. Failed ones are.
  const std::vector<StepResult>& done() const;

 private:
  JournalWriter();
  int fd_ = -1;
  std::vector<StepResult> done_;
};

// ---- cooling down ------------------------------------------------------------------------------

// Waits until every temperature is at most `celsius`, at least `least` and at most `most`; with no
// sensor, `least`. What is waited for is shown through `tell`.
struct CoolDown {
  Nanoseconds least{0};
  Nanoseconds most = std::chrono::minutes(5);
  std::optional<double> celsius;
};
// "10s", "45C", "45C,max=3min", "5s,45C".
Result<CoolDown> parse_cool_down(std::string_view);

struct CoolDownWorld {
  std::function<std::optional<double>()> hottest_celsius;  // absent: no sensor
  std::function<void(Nanoseconds)> sleep;
  std::function<void(std::string_view)> tell;  // "61.0 °C, waiting for 45.0 °C"
  const Clock* clock = &system_clock();
  std::function<bool()> interrupted;
};
struct CooledDown {
  Nanoseconds waited{0};
  std::optional<double> celsius_before, celsius_after;
  bool reached = true;  // false: `most` was over, or interrupted
};
CooledDown cool_down(const CoolDown&, const CoolDownWorld&);

// ---- the whole ---------------------------------------------------------------------------------

struct SweepWorld {
  std::function<StepResult(const SweepStep&)> run;
  std::function<void()> pause;  // between two steps
  std::function<bool()> interrupted;
};
struct SweepOutcome {
  std::vector<StepResult> results;  // of this call and, before them, of earlier ones
  bool interrupted = false;
};
// Runs what the journal does not have yet. A failed step never ends the sweep.
Result<SweepOutcome> run_sweep(std::span<const SweepStep>, JournalWriter&, const SweepWorld&);

}  // namespace jetmeter
