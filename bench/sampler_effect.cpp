// What watching costs what is watched: `jetmeter detect` with the sampler at 10 Hz beside the same
// run without it (an interval of an hour: one reading at each end). The two take turns in the order
// ABBA, so that a machine that drifts favours neither.
//
// Two runs of one program differ by more than the sampler can take. So the same inference is also
// timed in one process, with the sampler at 20 Hz and with a sampler that rests, in turns of a few
// inferences, each compared with its neighbours.
#include <unistd.h>

#include <chrono>

#include "bench/program_run.h"
#include "jetmeter/backend.h"
#include "jetmeter/processes.h"
#include "jetmeter/sampler.h"
#include "jetmeter/stats.h"

namespace {

using jetmeter::median;

constexpr int kRounds = 3;  // each has two runs of either kind
// A minute: most of what the sampler takes of a short run is its start.
constexpr const char* kLong = "synthetic=rgb:1280x720 --max-frames 3000";

struct Run {
  double p50_ms = 0;
  double sampler_share = 0;  // CPU time of the sampler by the time of the phases
};

struct Files {
  std::filesystem::path model, video;
};

Run run(const Files& files, const char* interval, std::string source = "") {
  if (source.empty()) source = fmt::format("'video={}' --max-frames 0", files.video.string());
  const auto record = jetmeter::record_of(fmt::format(
      "detect --backend onnxruntime --model0 '{}' --threads 1 --metrics-interval {} --source {}",
      files.model.string(), interval, source));
  const auto& slot = record.at("slots").at(0);
  double seconds = 0;
  for (const auto& phase : slot.at("phases")) seconds += phase.at("seconds").get<double>();
  return {slot.at("latency_ms").at("p50"),
          record.at("telemetry").at("sampler_cpu_seconds").get<double>() / seconds};
}

constexpr int kGroups = 40;
constexpr int kTurns = 40;      // in a group, of either kind
constexpr int kInferences = 6;  // in a turn; the first counts for nothing
constexpr int kWarmupRuns = 30;

void run_once(jetmeter::Session& session) {
  if (const auto done = session.run(); !done) throw std::runtime_error(done.error().what);
}

double turn_p50_ms(jetmeter::Session& session) {
  std::vector<double> ms;
  for (int i = 0; i < kInferences; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    run_once(session);
    ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
                     .count());
  }
  ms.erase(ms.begin());
  return median(ms);
}

// Median over neighbouring turns of the time with by the time without.
double group_ratio(jetmeter::Session& session, jetmeter::Sampler& sampler) {
  constexpr auto kAtWork = std::chrono::milliseconds(50),
                 kAtRest = std::chrono::milliseconds(3'600'000);
  std::vector<double> ratios;
  double before = 0;
  for (int turn = 0; turn < 2 * kTurns; ++turn) {
    const bool watched = turn % 2 == 0;
    sampler.set_interval(watched ? kAtWork : kAtRest);
    const double now = turn_p50_ms(session);
    if (turn > 0) ratios.push_back(watched ? now / before : before / now);
    before = now;
  }
  return median(ratios);
}

void in_turns(const std::filesystem::path& model) {
  const auto choice = jetmeter::choose_backend("onnxruntime", model);
  const auto loaded = jetmeter::load_model(choice.value(), model, {.threads = 1});
  const auto session = loaded.value()->open({});
  for (int i = 0; i < kWarmupRuns; ++i) run_once(*session.value());
  jetmeter::Sampler sampler(jetmeter::Sampler::Options{.interval = std::chrono::milliseconds(50)});
  if (auto own = jetmeter::open_process({}, ::getpid()))
    sampler.add("own", std::move(*own), std::chrono::milliseconds(200));
  std::vector<double> ratios;
  for (int group = 0; group < kGroups; ++group)
    ratios.push_back(group_ratio(*session.value(), sampler));
  const auto ratio = jetmeter::median_of_ratios(ratios).value();
  fmt::print(
      "  within one process, {} turns of {} inferences with the sampler at 20 Hz and as many with "
      "one that rests: p50 {:+.2f} %, 95 % interval {:+.2f} to {:+.2f} %\n",
      kGroups * kTurns, kInferences, 100 * (ratio.mid - 1), 100 * (ratio.low - 1),
      100 * (ratio.high - 1));
}

}  // namespace

int main() {
  const auto data = jetmeter::data_folder();
  const Files files{data / "models/detectors/yolox_nano_416.onnx", data / "videos/01_dog.mp4"};
  if (!std::filesystem::exists(files.model)) {
    fmt::print("the sampler's effect: skipped, no models under '{}'; set JETMETER_DATA\n",
               data.string());
    return 0;
  }
  std::vector<double> with, without, ratios, shares;
  for (int round = 0; round < kRounds; ++round) {
    const Run runs[] = {run(files, "100ms"), run(files, "1h"), run(files, "1h"),
                        run(files, "100ms")};
    const double watched = (runs[0].p50_ms + runs[3].p50_ms) / 2;
    const double alone = (runs[1].p50_ms + runs[2].p50_ms) / 2;
    with.push_back(watched);
    without.push_back(alone);
    ratios.push_back(watched / alone);
    shares.push_back((runs[0].sampler_share + runs[3].sampler_share) / 2);
  }
  fmt::print(
      "detect with the sampler at 10 Hz and without it, yolox_nano_416 on a 720p video, 1 thread,\n"
      "median of {} ABBA rounds\n"
      "  p50 with {:.3f} ms, without {:.3f} ms: {:+.2f} %  (rounds {:+.2f} to {:+.2f} %)\n"
      "  the sampler takes {:.2f} % of one core, its start included; {:.2f} % of a run of {} "
      "frames\n",
      kRounds, median(with), median(without), 100 * (median(ratios) - 1),
      100 * (std::ranges::min(ratios) - 1), 100 * (std::ranges::max(ratios) - 1),
      100 * median(shares), 100 * run(files, "100ms", kLong).sampler_share, 3000);
  in_turns(files.model);
}
