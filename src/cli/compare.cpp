#include "jetmeter/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/compare_ab.h"
#include "cli/compare_gate.h"
#include "cli/subcommand.h"

namespace jetmeter {
namespace {

constexpr int kLeastRoundsForAnInterval = 4;  // of paired rounds, as compare_rounds() has it

struct CompareRequest {
  std::vector<std::string> runs, ab, gates;
  std::string baseline, format = "text", out;
  std::string tolerance, confidence = "0.99", least_difference;
  int rounds = kUsualRounds;
  bool force = false, whole_runs = false;
};

Result<CompareOptions> compare_options(const CompareRequest& request) {
  CompareOptions options;
  // Runs of one program differ by a per cent among themselves; rounds measure that, one run cannot.
  const std::string usual = request.ab.empty() ? "2%" : "1%";
  const auto least = parse_share(
      "--least-difference", request.least_difference.empty() ? usual : request.least_difference);
  if (!least) return tl::make_unexpected(least.error());
  const auto confidence = parse_share("--confidence", request.confidence, "99% or 0.99");
  if (!confidence) return tl::make_unexpected(confidence.error());
  if (*confidence < 0.5 || *confidence > 0.9999)
    return fail(fmt::format("--confidence {} is not between 0.5 and 0.9999",
                            in_quotes(request.confidence)));
  options.least_difference = *least;
  options.confidence = *confidence;
  options.force = request.force;
  return options;
}

// Absent: there is no gate.
Result<std::optional<Gate>> gate_of(const CompareRequest& request) {
  if (request.tolerance.empty()) {
    if (request.gates.empty()) return std::optional<Gate>();
    return fail("--gate says what to hold; --fail-on-regression 3% says how far it may move");
  }
  const auto tolerance = parse_share("--fail-on-regression", request.tolerance);
  if (!tolerance) return tl::make_unexpected(tolerance.error());
  return std::optional(Gate{*tolerance, request.gates});
}

// The baseline first.
std::vector<std::string> in_order(const CompareRequest& request) {
  auto runs = request.runs;
  if (request.baseline.empty()) return runs;
  if (const auto found = std::ranges::find(runs, request.baseline); found != runs.end())
    runs.erase(found);
  runs.insert(runs.begin(), request.baseline);
  return runs;
}

Result<CompareResult> compare_recorded(const CompareRequest& request,
                                       const CompareOptions& options) {
  std::vector<ComparedRun> runs;
  for (const auto& path : in_order(request)) {
    auto run = read_compared_run(path);
    if (!run) return tl::make_unexpected(run.error());
    runs.push_back(std::move(*run));
  }
  return compare(runs, options);
}

std::string rendered(const CompareResult& result, const std::string& format, bool color) {
  if (format == "json") return to_json(result);
  return format == "markdown" ? to_markdown(result) : to_text(result, color);
}

// Prints the comparison and judges it.
Result<ExitCode> show(const CompareResult& result, const CompareRequest& request,
                      const std::optional<Gate>& gate, Terminal& terminal) {
  Result<GateOutcome> outcome = gate ? apply_gate(result, *gate) : GateOutcome{};
  if (!outcome) return tl::make_unexpected(outcome.error());
  for (const auto& complaint : result.complaints) terminal.warn({"samples", complaint, "", ""});
  terminal.print(rendered(result, request.format, terminal.color_on_stdout()));
  for (const auto& sentence : outcome->untold) terminal.note(sentence);
  for (const auto& sentence : outcome->failures) terminal.error(sentence);
  if (!outcome->failures.empty()) return ExitCode::gate_failed;
  if (!gate || outcome->held > 0) return ExitCode::done;
  terminal.error("the gate has held nothing: none of its metrics can be judged");
  return ExitCode::nothing_measured;
}

// "runs/2026-01-31T12-00-00Z-ab"
std::filesystem::path fresh_ab_directory() {
  auto stamp = format_utc(system_clock().wall()).substr(0, 19) + "Z-ab";
  std::ranges::replace(stamp, ':', '-');
  return std::filesystem::path("runs") / stamp;
}

Result<ExitCode> measure_and_compare(const CompareRequest& request, const CompareOptions& options,
                                     const std::optional<Gate>& gate, Terminal& terminal) {
  const auto out = request.out.empty() ? fresh_ab_directory() : std::filesystem::path(request.out);
  auto outcome = run_ab({request.ab[0], request.ab[1], request.rounds, request.whole_runs, out},
                        options, terminal);
  if (!outcome) return tl::make_unexpected(outcome.error());
  if (outcome->result.comparisons.empty()) {
    terminal.error("no round was complete on both sides: there is nothing to compare");
    return outcome->interrupted ? ExitCode::interrupted : ExitCode::nothing_measured;
  }
  const auto code = show(outcome->result, request, gate, terminal);
  if (!code) return code;
  terminal.note(fmt::format("rounds and comparison: {}", out.string()));
  if (outcome->interrupted) return ExitCode::interrupted;
  const bool whole = outcome->failed == 0 && !outcome->unwritten;
  if (*code == ExitCode::done && !whole) return ExitCode::slot_failed;
  return code;
}

Result<ExitCode> carry_out(const CompareRequest& request, Terminal& terminal) {
  const auto options = compare_options(request);
  if (!options) return tl::make_unexpected(options.error());
  const auto gate = gate_of(request);
  if (!gate) return tl::make_unexpected(gate.error());
  const bool recorded = !request.runs.empty() || !request.baseline.empty();
  if (!request.ab.empty()) {
    if (recorded) return fail("--ab measures both sides itself; name no runs beside it");
    if (*gate && request.rounds < kLeastRoundsForAnInterval)
      return fail(
          fmt::format("--fail-on-regression needs --rounds {} at least: fewer give no "
                      "interval to judge by",
                      kLeastRoundsForAnInterval));
    return measure_and_compare(request, *options, *gate, terminal);
  }
  if (request.whole_runs) return fail("--whole-runs needs --ab");
  if (!request.out.empty()) return fail("--out is where --ab puts its rounds; name it with --ab");
  const auto result = compare_recorded(request, *options);
  if (!result) return tl::make_unexpected(result.error());
  return show(*result, request, *gate, terminal);
}

Action define(CLI::App& app, const Invocation& invocation) {
  const auto options = std::make_shared<CompareRequest>();
  auto& o = *options;
  app.add_option("runs", o.runs, "run directories or report.json files; the first is the baseline");
  app.add_option("--baseline", o.baseline, "the run that the others are compared with");
  app.add_option("--format", o.format, "text, json or markdown")
      ->check(CLI::IsMember({"text", "json", "markdown"}))
      ->capture_default_str();
  app.add_flag("--force", o.force, "in spite of other conditions and of disturbances");
  app.add_option("--confidence", o.confidence, "of the intervals")->capture_default_str();
  app.add_option("--least-difference", o.least_difference,
                 "what is nearer than this is the same; 2% for one run a side, 1% in rounds");
  app.add_option("--fail-on-regression", o.tolerance,
                 "exit with 3 when a metric surely got worse by more, as 3% or 0.03")
      ->group("Gate");
  app.add_option("--gate", o.gates,
                 "metric to hold; may be repeated; default: latency_ms.p50, throughput_fps, "
                 "memory.peak_bytes")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group("Gate");
  app.add_option("--ab", o.ab,
                 "two command lines, 'detect --model0 a.onnx ...' 'detect --model0 b.onnx ...', to "
                 "run in turn")
      ->expected(2)
      ->group("A/B");
  app.add_option("--rounds", o.rounds, "of --ab: pairs of runs")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->group("A/B");
  app.add_flag("--whole-runs", o.whole_runs,
               "of --ab: one run after the other, also of loads that could be measured in turn, a "
               "few inferences of one and a few of the other")
      ->group("A/B");
  app.add_option("--out", o.out, "of --ab: the folder of its runs; default: runs/<UTC time>-ab")
      ->group("A/B");
  return [options, terminal = invocation.terminal] { return carry_out(*options, *terminal); };
}

}  // namespace

extern const Subcommand compare_subcommand{
    "compare", "runs side by side: what differs, and how far that can be believed", define};

}  // namespace jetmeter
