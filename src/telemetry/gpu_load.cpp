#include <algorithm>

#include "jetmeter/telemetry.h"
#include "telemetry/gauges.h"
#include "telemetry/gpu_folders.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

constexpr GaugeScale kPerMille{.factor = 0.1, .highest = 1000};
// A GPU whose rail is off says 0; it has no clock.
constexpr GaugeScale kHertz{.lowest = 1};

void add_load(Gauges& source, const Host& host) {
  for (const auto& folder : gpu_folders(host)) {
    source.add("load.gpu", Unit::percent, folder / "load", kPerMille);
    if (!source.channels().empty()) return;
  }
}

// Load and clock belong together: 99 % at 306 MHz is an idle governor, not a busy GPU.
Result<std::unique_ptr<Source>> open(const Host& host) {
  auto source = std::make_unique<Gauges>();
  const auto devfreq = gpu_devfreq_folders(host);
  add_load(*source, host);
  if (!devfreq.empty()) {
    source->add("clock.gpu", Unit::hertz, devfreq.front() / "cur_freq", kHertz);
    source->add("clock.gpu_cap", Unit::hertz, devfreq.front() / "max_freq", kHertz);
  }
  if (source->channels().empty())
    return fail("no load or clock of an integrated GPU under " +
                in_quotes(host.path("/sys/devices").string()) + " or " +
                in_quotes(host.path("/sys/class/devfreq").string()) +
                "; only Jetson boards have one");
  return source;
}

}  // namespace

std::vector<double> gpu_clock_steps(const Host& host) {
  const auto devfreq = gpu_devfreq_folders(host);
  std::vector<double> steps;
  if (devfreq.empty()) return steps;
  const auto text = read_text(devfreq.front() / "available_frequencies").value_or("");
  std::string_view rest = text;
  for (auto word = next_word(rest); !word.empty(); word = next_word(rest))
    if (const auto hertz = to_number(word); hertz && *hertz > 0) steps.push_back(*hertz);
  std::sort(steps.begin(), steps.end());
  return steps;
}

// The load takes 0.3 ms to read on an AGX Orin.
extern const SourceKind gpu_load_source{
    "gpu_load", "load, clock and highest clock of a Jetson's integrated GPU, from /sys", open,
    std::chrono::milliseconds(20)};

}  // namespace jetmeter
