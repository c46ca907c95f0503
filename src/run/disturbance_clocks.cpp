#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "run/disturbance_detectors.h"

namespace jetmeter {
namespace {

// A busy unit whose slowest clock is within 1 % of its fastest has held its ceiling; x86 cores and
// discrete GPUs wander by another percent or two without being cut.
constexpr double kHeld = 0.97;
// Percent. Below it a governor may lower the clock because there is less to do.
constexpr double kBusy = 80;
constexpr Nanoseconds kShortestSag = std::chrono::seconds(1);  // governors try steps for less
// What a clock held at the beginning: the median of the first tenth of the busy readings.
constexpr std::size_t kBeginningShare = 10, kFewestReadings = 3;
// Of the highest clock that the power mode allows. Short inferences with host work between them
// leave an Orin at 306 of 612 or 1020 MHz; one that works is at its cap.
constexpr double kNotLifted = 0.6;
constexpr Nanoseconds kShortestTrap = std::chrono::seconds(1);  // the governor needs a moment
// Clock tables are told in kHz or MHz; steps are at least 5 % apart.
constexpr double kStepTolerance = 0.005;

double megahertz(double hertz) {
  return hertz / 1e6;
}

Nanoseconds length(const TimeSpan& span) {
  return span.to - span.from;
}

struct Sag {
  TimeSpans when;
  double held = 0, lowest = 0;
};

// The readings of a clock while its unit was busy.
std::vector<SpanReading> busy_readings(const DisturbanceFacts& facts, const std::string& unit) {
  const auto load = readings_of(facts.histories, "load." + unit);
  auto clock = within(readings_of(facts.histories, "clock." + unit), *facts.measured());
  std::erase_if(clock, [&](const SpanReading& reading) {
    return value_at(load, reading.span.to).value_or(0) < kBusy;
  });
  return clock;
}

std::optional<Sag> sag_of(const std::vector<SpanReading>& busy) {
  if (busy.size() < kFewestReadings) return std::nullopt;
  std::vector<double> beginning;
  const auto n = std::max(busy.size() / kBeginningShare, kFewestReadings);
  for (std::size_t i = 0; i < n; ++i) beginning.push_back(busy[i].value);
  Sag sag;
  sag.held = sag.lowest = *median_of(std::move(beginning));
  const auto low = [&](const SpanReading& reading) { return reading.value < kHeld * sag.held; };
  sag.when = spans_where(busy, low);
  std::erase_if(sag.when, [](const TimeSpan& span) { return length(span) < kShortestSag; });
  if (sag.when.empty()) return std::nullopt;
  for (const auto& reading : busy)
    for (const auto& span : sag.when)
      if (reading.span.overlaps(span)) sag.lowest = std::min(sag.lowest, reading.value);
  return sag;
}

Disturbance sagged(const std::string& what, Sag sag, std::string gpu) {
  return {"clock_sagged",
          fmt::format("the clock of {} fell from {:.0f} to {:.0f} MHz under load, for {:.1f} s",
                      what, megahertz(sag.held), megahertz(sag.lowest), total_seconds(sag.when)),
          "heat, power or current limits cut it: cool it better, or take a power mode that it can "
          "hold",
          std::move(sag.when),
          std::move(gpu),
          true};
}

// Cores share clocks: they are one disturbance, named after the core that fell furthest.
void detect_core_sag(const DisturbanceFacts& facts, Disturbances& found) {
  std::optional<Sag> worst;
  std::string name;
  std::size_t cores = 0;
  TimeSpans when;
  for (const auto& subject : subjects_of(facts.histories, "clock.cpu")) {
    auto sag = sag_of(busy_readings(facts, "cpu" + subject));
    if (!sag) continue;
    ++cores;
    when.insert(when.end(), sag->when.begin(), sag->when.end());
    if (worst && sag->lowest / sag->held >= worst->lowest / worst->held) continue;
    worst = std::move(sag);
    name = "cpu" + subject;
  }
  if (!worst) return;
  worst->when = merged(std::move(when));
  if (cores > 1) name += fmt::format(", with {} other core{},", cores - 1, cores > 2 ? "s" : "");
  found.push_back(sagged(name, std::move(*worst), ""));
}

bool is_step(double hertz, const std::vector<double>& steps) {
  return std::ranges::any_of(
      steps, [&](double step) { return std::abs(hertz - step) <= kStepTolerance * step; });
}

// Over-current hardware divides the clock by itself, whatever the governor has chosen.
void detect_odd_clock(const DisturbanceFacts& facts, const std::string& gpu, Disturbances& found) {
  const auto table = facts.steps.find(gpu);
  if (table == facts.steps.end() || table->second.empty()) return;
  std::optional<double> example;
  std::size_t n = 0;
  const auto readings = within(readings_of(facts.histories, "clock." + gpu), *facts.measured());
  auto steps = table->second;
  for (const auto& cap : readings_of(facts.histories, "clock." + gpu + "_cap"))
    steps.push_back(cap.value);
  auto when = spans_where(readings, [&](const SpanReading& reading) {
    if (is_step(reading.value, steps)) return false;
    example = reading.value;
    ++n;
    return true;
  });
  if (when.empty()) return;
  found.push_back({"clock_odd",
                   fmt::format("the GPU's clock was {:.0f} MHz, which is no step of its table, in "
                               "{} of {} readings: over-current throttling does that",
                               megahertz(*example), n, readings.size()),
                   "check the power supply, or take a lower power mode", std::move(when), gpu,
                   true});
}

void detect_trap(const DisturbanceFacts& facts, const std::string& gpu, Disturbances& found) {
  const auto clock = within(readings_of(facts.histories, "clock." + gpu), *facts.measured());
  const auto caps = readings_of(facts.histories, "clock." + gpu + "_cap");
  double highest = 0, cap = 0;
  for (const auto& reading : clock) {
    const auto allowed = value_at(caps, reading.span.to);
    if (!allowed || reading.value > kNotLifted * *allowed) return;
    highest = std::max(highest, reading.value);
    cap = std::max(cap, *allowed);
  }
  auto when = spans_where(clock, [](const SpanReading&) { return true; });
  if (clock.size() < kFewestReadings || total_seconds(when) * 1e9 < kShortestTrap.count()) return;
  found.push_back(
      {"gpu_clock_never_lifted",
       fmt::format("the governor never lifted the GPU's clock: at most {:.0f} MHz of {:.0f}",
                   megahertz(highest), megahertz(cap)),
       "the latencies are those of a slow GPU: `sudo jetson_clocks` holds the clock; or state it",
       std::move(when), gpu});
}

}  // namespace

void detect_clocks(const DisturbanceFacts& facts, Disturbances& found) {
  for (const auto& gpu : facts.gpus()) {
    if (auto sag = sag_of(busy_readings(facts, gpu)))
      found.push_back(sagged(gpu == "gpu" ? "the GPU" : gpu, std::move(*sag), gpu));
    detect_odd_clock(facts, gpu, found);
    detect_trap(facts, gpu, found);
  }
  detect_core_sag(facts, found);
}

}  // namespace jetmeter
