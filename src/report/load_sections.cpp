#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "report/cell.h"
#include "report/sections.h"
#include "report/sentences.h"

namespace jetmeter {
namespace {

using Row = std::vector<std::string>;

std::string in_ms(const std::optional<double>& value) {
  return for_people(cell(value), {"", 3});
}

std::string per_second(const std::optional<double>& value) {
  return for_people(cell(value), {"", value && *value < 10 ? 2 : 1});
}

// "12.1 to 12.4"; a dash where there is none.
std::string range(const std::optional<double>& low, const std::optional<double>& high) {
  return low && high ? fmt::format("{} to {}", in_ms(low), in_ms(high)) : "";
}

const std::optional<double>& value_of(const Summary& summary, const std::string& quantile) {
  static const std::optional<double> none;
  if (quantile == "p50") return summary.p50;
  if (quantile == "p90") return summary.p90;
  if (quantile == "p95") return summary.p95;
  if (quantile == "p99") return summary.p99;
  return quantile == "p999" ? summary.p999 : none;
}

// "single", "rate, 30.0 a second, queue", "multi, 4 in flight".
std::string scenario_of(const LoadRecord& load) {
  std::string text = load.scenario;
  if (load.in_flight > 1) text += fmt::format(", {} in flight", load.in_flight);
  if (load.per_second) text += fmt::format(", {} a second", per_second(load.per_second));
  if (!load.when_busy.empty()) text += fmt::format(", {} when busy", load.when_busy);
  return text;
}

void tell_counts(Section& section, const SlotRecord& slot) {
  const auto& load = *slot.load;
  auto text = fmt::format("{}: {}; {} issued, {} done", slot.name, scenario_of(load), load.issued,
                          load.done);
  if (load.dropped > 0) text += fmt::format(", {} dropped", load.dropped);
  if (load.deadline_ms)
    text += fmt::format(", {} missed the deadline of {} ms", load.missed_deadline,
                        in_ms(load.deadline_ms));
  section.sentences.push_back({text});
}

void tell_overhead(Section& section, const SlotRecord& slot) {
  const auto& load = *slot.load;
  if (!load.loop_overhead_ns) return;
  auto text = fmt::format("{}: the loop itself takes {:.0f} ns an inference", slot.name,
                          *load.loop_overhead_ns);
  if (load.clock_ns) text += fmt::format(", {:.0f} ns of it reading the clock", *load.clock_ns);
  if (load.between_ns)
    text += fmt::format("; in this run {} passed between two, each written down",
                        format_duration(Nanoseconds(std::llround(*load.between_ns))));
  section.sentences.push_back(
      {fmt::format("{}; {} inferences of warm-up.", text, load.warmup_count)});
}

}  // namespace

Section load_section(const Record& record) {
  Section section{"Load"};
  for (const auto& slot : record.slots) {
    if (!slot.load) continue;
    tell_counts(section, slot);
    if (!slot.load->stop_sentence.empty())
      section.sentences.push_back({fmt::format("{}: {}", slot.name, slot.load->stop_sentence)});
    if (slot.load->turns.value_or(0) > 0)
      section.sentences.push_back(
          {fmt::format("{}: measured in {} turns, another run on this machine between two of them",
                       slot.name, *slot.load->turns)});
    tell_overhead(section, slot);
    if (!slot.load->inputs.empty())
      section.sentences.push_back(
          {fmt::format("{}: inputs {}", slot.name, fmt::join(slot.load->inputs, "; "))});
  }
  return section;
}

Section search_section(const Record& record) {
  Section section{"Search for the highest rate",
                  {{{"slot", Align::left},
                    {"rate, 1/s"},
                    {"holds", Align::left},
                    {"reached, 1/s"},
                    {"why", Align::left, true}},
                   {}},
                  {}};
  for (const auto& slot : record.slots) {
    if (!slot.load) continue;
    for (const auto& trial : slot.load->trials)
      section.table.rows.push_back({slot.name, per_second(trial.per_second),
                                    trial.holds ? "yes" : "no",
                                    per_second(trial.achieved_per_second), trial.reason});
    if (!slot.load->search_verdict.empty())
      section.sentences.push_back({fmt::format("{}: {}", slot.name, slot.load->search_verdict)});
    if (!slot.load->bound_held && slot.load->bound_reason)
      section.sentences.push_back({fmt::format(
          "{}: the measurement at the rate that was found cannot confirm the bound: {}", slot.name,
          *slot.load->bound_reason)});
    if (!slot.load->bound_held.value_or(true))
      section.sentences.push_back(
          {fmt::format("{}: measured at the rate that was found, the bound "
                       "did not hold: {}",
                       slot.name, slot.load->bound_reason.value_or(""))});
  }
  return section;
}

namespace {

// Intervals become narrower with the root of the number of rounds. Absent where more would hardly
// help, and where what was measured is less than nothing, which no rung adds.
std::optional<double> more_time_needed(const LadderStepRecord& step) {
  constexpr double kMost = 100;
  if (!step.added_ms || !step.added_low_ms || !step.added_high_ms) return std::nullopt;
  if (*step.added_low_ms > 0 || *step.added_high_ms < 0 || *step.added_ms <= 0) return std::nullopt;
  const double half = (*step.added_high_ms - *step.added_low_ms) / 2;
  const double times = std::ceil(std::pow(half / *step.added_ms, 2));
  if (times > kMost) return std::nullopt;
  return std::max(times, 2.0);
}

void tell_what_is_needed(Section& section, const SlotRecord& slot) {
  std::string text;
  for (const auto& step : slot.ladder)
    if (const auto times = more_time_needed(step))
      text += fmt::format("{}{:.0f} times for {}", text.empty() ? "" : ", ", *times, step.name);
  if (!text.empty())
    section.sentences.push_back(
        {fmt::format("{}: what is measured here would be told from nothing by about so many times "
                     "the --min-time: {}.",
                     slot.name, text)});
}

}  // namespace

Section ladder_section(const Record& record) {
  Section section{"From the benchmark's number to the application's, ms an inference",
                  {{{"slot", Align::left},
                    {"rung", Align::left},
                    {"mean"},
                    {"p50"},
                    {"adds"},
                    {"95 % interval"},
                    {"1/s"},
                    {"what", Align::left}},
                   {}},
                  {}};
  for (const auto& slot : record.slots)
    for (const auto& step : slot.ladder) {
      section.table.rows.push_back(
          {slot.name, step.name, in_ms(step.ms), in_ms(step.latency_ms.p50),
           step.added_ms ? fmt::format("{:+.3f}", *step.added_ms) : "",
           range(step.added_low_ms, step.added_high_ms), per_second(step.per_second), step.what});
      if (!step.reason.empty())
        section.sentences.push_back({fmt::format("{}: {}: {}", slot.name, step.name, step.reason)});
    }
  const auto adds = [](const SlotRecord& slot) {
    return std::ranges::any_of(slot.ladder,
                               [](const auto& step) { return step.added_ms.has_value(); });
  };
  if (std::ranges::any_of(record.slots, adds))
    section.sentences.push_back(
        {"What a rung adds is the median over rounds that belong together, not the difference of "
         "the column; where its interval holds 0 it cannot be told from nothing."});
  for (const auto& slot : record.slots) tell_what_is_needed(section, slot);
  return section;
}

namespace {

std::string worth_of(std::int64_t samples, double independent) {
  const auto whole = static_cast<std::int64_t>(independent);
  return fmt::format("{} independent {}",
                     samples == 1 ? "1 sample is worth " + std::to_string(whole)
                                  : fmt::format("{} samples are worth {}", samples, whole),
                     whole == 1 ? "one" : "ones");
}

void tell_course(Section& section, const SlotRecord& slot) {
  const auto& statistics = *slot.statistics;
  std::vector<std::string> parts;
  if (statistics.effective_n) parts.push_back(worth_of(slot.frames, *statistics.effective_n));
  if (statistics.mad_ms)
    parts.push_back(*statistics.mad_ms > 0
                        ? fmt::format("median deviation {} ms", in_ms(statistics.mad_ms))
                        : "at least half of them equal, as far as the clock can tell");
  if (const auto far = statistics.outliers_low + statistics.outliers_high; far > 0)
    parts.push_back(fmt::format("{} outlier{}, left in", far, far == 1 ? "" : "s"));
  if (!parts.empty())
    section.sentences.push_back({fmt::format("{}: {}.", slot.name, fmt::join(parts, "; "))});
  auto course = fmt::format("{}: steady state: {}", slot.name, name(statistics.steady));
  if (!statistics.steady_reason.empty()) course += " (" + statistics.steady_reason + ")";
  course += fmt::format("; drift {}", name(statistics.drift));
  if (statistics.drift_percent_over_run)
    course += fmt::format(" ({:+.1f} % over the run)", *statistics.drift_percent_over_run);
  section.sentences.push_back({course + "."});
}

}  // namespace

Section statistics_section(const Record& record, Detail detail) {
  Section section{"How far the latency can be believed, ms",
                  {{{"slot", Align::left},
                    {"percentile", Align::left},
                    {"value"},
                    {"95 % interval"},
                    {"below, with 99 %"},
                    {"n for that"}},
                   {}},
                  {}};
  for (const auto& slot : record.slots) {
    if (!slot.statistics || (detail == Detail::brief && !slot.load)) continue;
    for (const auto& quantile : slot.statistics->quantiles)
      section.table.rows.push_back({slot.name, percentile_name(quantile.name),
                                    in_ms(value_of(slot.latency_ms, quantile.name)),
                                    range(quantile.low_ms, quantile.high_ms),
                                    in_ms(quantile.conservative_ms),
                                    std::to_string(quantile.conservative_needs)});
    tell_course(section, slot);
  }
  if (!section.table.rows.empty())
    section.sentences.push_back(
        {fmt::format("'n for that' counts independent samples, for the bound; the value alone is "
                     "told from fewer on, of any kind: {} for p99.",
                     samples_needed(0.99))});
  return section;
}

}  // namespace jetmeter
