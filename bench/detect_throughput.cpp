// Frames per second of `jetmeter detect` on a video, decoding and everything else included, beside
// a bare loop of the same session that runs the same input again and again. The two take turns, so
// that a machine that slows down slows both.
//
// Decoding, pre- and postprocessing take CPU time that the bare loop does not spend. Where a core
// is idle beside the inference they overlap with it; where the inference has all cores, what is
// possible is bounded by arithmetic: `at best` is the bare loop's time per frame by the time that
// all cores together need for the CPU work of a whole frame.
#include <time.h>

#include <chrono>
#include <thread>

#include "bench/program_run.h"
#include "jetmeter/backend.h"
#include "jetmeter/frames.h"

namespace {

using jetmeter::median;
using Seconds = std::chrono::duration<double>;

constexpr int kRounds = 5;
constexpr int kFrames = 120;
constexpr int kWarmup = 10;

struct Files {
  std::filesystem::path model, video;
};

void run_times(jetmeter::Session& session, int times) {
  for (int i = 0; i < times; ++i)
    if (const auto done = session.run(); !done) throw std::runtime_error(done.error().what);
}

struct Bare {
  double fps = 0;
  double cpu_seconds = 0;  // per inference, of all threads
};

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// CPU time of reading one frame of the video.
double decode_cpu_seconds(const Files& files) {
  const auto source = jetmeter::open_source("video=" + files.video.string());
  jetmeter::Frame frame;
  const double begin = cpu_seconds();
  int frames = 0;
  while (frames < kFrames && source.value()->next(frame).value()) ++frames;
  return (cpu_seconds() - begin) / frames;
}

Bare bare_loop(const Files& files, int threads) {
  const auto choice = jetmeter::choose_backend("onnxruntime", files.model);
  const auto model = jetmeter::load_model(choice.value(), files.model, {.threads = threads});
  const auto session = model.value()->open({});
  run_times(*session.value(), kWarmup);
  const auto begin = std::chrono::steady_clock::now();
  const double cpu_begin = cpu_seconds();
  run_times(*session.value(), kFrames);
  const double cpu = cpu_seconds() - cpu_begin;
  return {kFrames / Seconds(std::chrono::steady_clock::now() - begin).count(), cpu / kFrames};
}

struct Detect {
  double fps = 0;
  double around_seconds = 0;  // pre- and postprocessing of a frame: one thread, hence CPU time
};

Detect detect(const Files& files, int threads) {
  const auto record = jetmeter::record_of(fmt::format(
      "detect --backend onnxruntime --model0 '{}' --source 'video={}' --threads {} --max-frames {} "
      "--warmup {}",
      files.model.string(), files.video.string(), threads, kFrames, kWarmup));
  const auto& slot = record.at("slots").at(0);
  const auto stage = [&](const char* name) {
    return slot.at("stages_ms").at(name).at("p50").get<double>() / 1000;
  };
  return {slot.at("throughput_fps"), stage("preprocess") + stage("postprocess")};
}

double ceiling(const Bare& bare, double other_cpu_seconds) {
  const double cores = std::thread::hardware_concurrency();
  return std::min(1.0, cores / bare.fps / (bare.cpu_seconds + other_cpu_seconds));
}

void compare(const Files& files, int threads, double decode_cpu) {
  std::vector<double> bare_fps, detect_fps, ratios, ceilings;
  for (int round = 0; round < kRounds; ++round) {
    const auto bare = bare_loop(files, threads);
    const auto run = detect(files, threads);
    bare_fps.push_back(bare.fps);
    detect_fps.push_back(run.fps);
    ratios.push_back(run.fps / bare.fps);
    ceilings.push_back(ceiling(bare, decode_cpu + run.around_seconds));
  }
  fmt::print("  {:<8} {:>10.1f} {:>14.1f} {:>8.1f} % {:>8.1f} %   ({:.1f} to {:.1f})\n",
             threads == 0 ? "default" : std::to_string(threads), median(detect_fps),
             median(bare_fps), 100 * median(ratios), 100 * median(ceilings),
             100 * std::ranges::min(ratios), 100 * std::ranges::max(ratios));
}

}  // namespace

int main() {
  const auto data = jetmeter::data_folder();
  const Files files{data / "models/detectors/yolox_nano_416.onnx", data / "videos/01_dog.mp4"};
  if (!std::filesystem::exists(files.model)) {
    fmt::print("detect against a bare loop: skipped, no models under '{}'; set JETMETER_DATA\n",
               data.string());
    return 0;
  }
  if (!jetmeter::choose_backend("onnxruntime", files.model)) {
    fmt::print("detect against a bare loop: skipped, this build has no ONNX Runtime\n");
    return 0;
  }
  fmt::print(
      "jetmeter detect on a 720p video against a bare loop of its session, yolox_nano_416,\n"
      "median of {} rounds of {} frames, in turn\n",
      kRounds, kFrames);
  const double decode_cpu = decode_cpu_seconds(files);
  fmt::print("decoding a frame takes {:.2f} ms of CPU time; {} cores\n", 1000 * decode_cpu,
             std::thread::hardware_concurrency());
  fmt::print("  {:<8} {:>10} {:>14} {:>10} {:>10}   (ratio, all rounds)\n", "threads", "detect fps",
             "bare loop fps", "ratio", "at best");
  for (const int threads : {1, 2, 0}) compare(files, threads, decode_cpu);
}
