// Several configurations in one call: which ones, in which order, what was done already, and a
// pause between them in which the machine cools down. Works on argument lists and knows nothing of
// what a step measures; who runs a step is a parameter.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
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

using SweepValues = std::vector<std::pair<std::string, std::string>>;  // option and value

// One configuration: its values in the order of the axes.
struct SweepStep {
  // "003-yolov8n-threads-2", "003-yolov8n-threads-2-r1" where there are repeats: safe as a folder's
  // name and unique in its plan. The number is the place among the configurations as they were
  // written, not the turn: another seed leaves the ids as they are.
  std::string id;
  // Of the values, in whatever order they stand: the same configuration has the same one in every
  // plan, and so have its repeats.
  std::string digest;
  SweepValues values;
  int repeat = 1;  // counted from 1
};

struct SweepOptions {
  bool shuffle = true;     // so that no configuration always meets the warmer machine
  std::uint64_t seed = 1;  // the same seed gives the same order with every compiler
  // Of every configuration. Each repeat is a round of its own through all of them, and no
  // configuration follows itself.
  int repeats = 1;
  // Combinations to be left out. One is left out where for each option that is named here its
  // value is one of these.
  std::vector<std::vector<SweepAxis>> exclude;
};
// The product of the axes, in the order in which it is to run; of no axes, one step without values.
// Fails above 10 000 steps, for an axis without values, an option that is named twice, an exclusion
// that names no axis, and when nothing is left. Values that an axis names twice count once.
//
// What is the same in every step (a duration, a scenario) belongs into the plan as an axis with one
// value: a resume with another one is then refused. Ids leave such axes out.
Result<std::vector<SweepStep>> plan_sweep(std::span<const SweepAxis>, const SweepOptions&);

// Of all steps in any order: what makes two plans the same one.
std::string plan_digest(std::span<const SweepStep>);

// "1,2,4", "1:4" (1 2 3 4), "1:8:2" (from, to, step), "1:8*2" (1 2 4 8) or one value; ranges may
// have decimals. Inside quotes or behind a backslash a comma is a comma, a colon a colon.
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
  SweepValues values;
  int repeat = 1;

  bool completed() const { return status == "completed"; }
};
struct Journal {
  std::string plan_digest;
  std::int64_t steps = 0;  // of the plan
  std::vector<StepResult> results;
  // Cut off by a death or a full disk, or damaged: ignored, counted.
  std::int64_t torn_lines = 0;
};
// May be called while another process writes.
Result<Journal> read_journal(const std::filesystem::path&);

// The one writer of a journal; a second one, in this or another process, is refused.
class JournalWriter {
 public:
  // A new journal, or the end of one of the same plan (`resume`), which a torn last line does not
  // belong to any more. Fails, in one sentence and leaving the file as it is, when there is a
  // journal and no `resume`, when it is of another plan or no journal at all, or is in use.
  static Result<JournalWriter> open(const std::filesystem::path&, std::span<const SweepStep>,
                                    bool resume);
  JournalWriter(JournalWriter&&) noexcept;
  JournalWriter& operator=(JournalWriter&&) noexcept;
  ~JournalWriter();
  // A line that cannot be written (a full disk) is kept and written before the next one; the file
  // never holds a part of a line in its middle.
  Result<void> add(const StepResult&);
  Result<void> flush();  // tries again what could not be written
  // Completed by an earlier call, each step's last completion: they need not be run again. Failed
  // ones do.
  const std::vector<StepResult>& done() const;
  std::int64_t torn_lines() const;  // that the journal had when it was opened

 private:
  JournalWriter();
  int fd_ = -1;
  std::int64_t end_ = 0;  // of the last line that is on the disk
  std::int64_t torn_lines_ = 0;
  std::filesystem::path path_;
  std::vector<std::string> pending_;
  std::vector<StepResult> done_;
};

// Where a step may write: `root`/id, or `root`/id.2, … where an earlier attempt left files.
std::filesystem::path fresh_step_folder(const std::filesystem::path& root, const SweepStep&);

// ---- cooling down ------------------------------------------------------------------------------

// Waits until the hottest sensor tells at most `celsius`, at least `least` and at most `most`; with
// no sensor, `least`. What is waited for is shown through `tell`.
struct CoolDown {
  Nanoseconds least{0};
  Nanoseconds most = std::chrono::minutes(5);
  std::optional<double> celsius;
};
// "10s", "45C", "45C,max=3min", "5s,45C"; a bare number is seconds.
Result<CoolDown> parse_cool_down(std::string_view);

struct CoolDownWorld {
  std::function<std::optional<double>()> hottest_celsius;  // absent: no sensor
  std::function<void(Nanoseconds)> sleep;
  std::function<void(std::string_view)> tell;  // "61.0 °C, waiting for 45.0 °C"; may be empty
  const Clock* clock = &system_clock();
  std::function<bool()> interrupted;
};
struct CooledDown {
  Nanoseconds waited{0};
  std::optional<double> celsius_before, celsius_after;
  // False: `most` was over, interrupted, or nothing told the temperature that was asked for.
  bool reached = true;
};
CooledDown cool_down(const CoolDown&, const CoolDownWorld&);

// ---- the whole ---------------------------------------------------------------------------------

// What may be empty: everything but `run`.
struct SweepWorld {
  // Id, digest, values and repeat of the result are filled in by run_sweep(). An exception is a
  // failed step.
  std::function<StepResult(const SweepStep&)> run;
  std::function<void()> pause;  // between two steps
  std::function<bool()> interrupted;
  // Whether a step that an earlier call completed has still left what it measured; if not, it is
  // run again.
  std::function<bool(const StepResult&)> is_kept;
  std::function<void(const SweepStep&, std::size_t number, std::size_t of)> starting;
  std::function<void(const Error&)> warn;  // the journal: once when it fails, not for every step
};
struct SweepOutcome {
  std::vector<StepResult> results;  // of this call and, before them, of earlier ones
  std::size_t resumed = 0;          // how many of them are of earlier calls
  bool interrupted = false;
  std::optional<Error> journal;  // it does not hold all results
};
// Runs what the journal does not have yet. Neither a failed step nor a journal that cannot be
// written ends the sweep. Fails when there is no `run`.
Result<SweepOutcome> run_sweep(std::span<const SweepStep>, JournalWriter&, const SweepWorld&);

// ---- the summary -------------------------------------------------------------------------------

enum class SweepMetric { latency_p50, latency_p99, throughput, memory_peak, energy };
// As in the record: "latency_ms.p50", "latency_ms.p99", "throughput_fps", "memory.peak_bytes",
// "energy.joules_per_frame".
std::string_view name(SweepMetric);
// That name, or "p50", "p99", "throughput", "memory", "energy".
Result<SweepMetric> parse_sweep_metric(std::string_view);

struct SweepRange {
  double low = 0, high = 0;
};

// A step and its headline numbers.
struct SweepRow {
  SweepStep step;
  std::string status, reason;
  std::optional<double> latency_p50_ms, latency_p99_ms, throughput_fps;
  std::optional<std::uint64_t> peak_bytes;
  std::optional<double> joules_per_frame;
  std::map<SweepMetric, SweepRange> ranges = {};  // 95 % intervals, of those that have one
  int runs = 1;                                   // whose medians these numbers are
};

enum class SweepFormat { text, markdown, csv, json };
struct SweepRenderOptions {
  // Best first; what lacks the metric, or did not complete, comes last. Absent: in the given order.
  std::optional<SweepMetric> rank;
  bool color = false;  // text only
};
// Text and Markdown leave out what is the same in all rows and say it in one sentence; CSV and JSON
// have every column always. Repeats of a configuration are one row of the text, with their number
// and the range that they leave; Markdown and JSON have the single runs too, CSV has them alone.
// Marked are the best of a column and what is not told apart from it: ranges that overlap. Where
// the best one's range is not known, or nothing is told apart, nothing is marked.
std::string render_sweep(std::span<const SweepRow>, SweepFormat, const SweepRenderOptions& = {});

// ---- in a TOML file ----------------------------------------------------------------------------

struct SweepFile {
  std::vector<SweepAxis> axes;  // in the order of the file
  SweepOptions options;
  std::optional<CoolDown> cool_down;
};
// The table [sweep] of a TOML file: every key is an axis (`model` the positional argument), but for
// `repeats`, `shuffle`, `seed`, `cool-down` and the tables [[sweep.exclude]]. A value is an array,
// one value, or a string as sweep_values() reads it; truth values become "true" and "false". A text
// without the table has no axes. Errors begin with the line.
Result<SweepFile> parse_sweep(std::string_view toml);

}  // namespace jetmeter
