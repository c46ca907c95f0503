// Frames per second of `jetmeter detect` on a video, decoding and everything else included, beside
// a bare loop of the same session that runs the same input again and again. The two take turns, so
// that a machine that slows down slows both.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "jetmeter/backend.h"

namespace {

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

double bare_fps(const Files& files, int threads) {
  const auto choice = jetmeter::choose_backend("onnxruntime", files.model);
  const auto model = jetmeter::load_model(choice.value(), files.model, {.threads = threads});
  const auto session = model.value()->open({});
  run_times(*session.value(), kWarmup);
  const auto begin = std::chrono::steady_clock::now();
  run_times(*session.value(), kFrames);
  return kFrames / Seconds(std::chrono::steady_clock::now() - begin).count();
}

double detect_fps(const Files& files, int threads) {
  const auto out = std::filesystem::temp_directory_path() / "jetmeter-throughput";
  std::filesystem::remove_all(out);
  const auto command = fmt::format(
      "'{}' detect --backend onnxruntime --model0 '{}' --source 'video={}' --threads {} "
      "--max-frames {} --warmup {} --out '{}' -q >/dev/null",
      JM_PROGRAM, files.model.string(), files.video.string(), threads, kFrames, kWarmup,
      out.string());
  if (std::system(command.c_str()) != 0) throw std::runtime_error("jetmeter detect failed");
  std::ifstream report(out / "report.json");
  const auto record = nlohmann::json::parse(report);
  std::filesystem::remove_all(out);
  return record.at("slots").at(0).at("throughput_fps");
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void compare(const Files& files, int threads) {
  std::vector<double> bare, detect, ratios;
  for (int round = 0; round < kRounds; ++round) {
    bare.push_back(bare_fps(files, threads));
    detect.push_back(detect_fps(files, threads));
    ratios.push_back(detect.back() / bare.back());
  }
  fmt::print("  {:<8} {:>12.1f} {:>14.1f} {:>8.1f} %   ({:.1f} to {:.1f})\n",
             threads == 0 ? "default" : std::to_string(threads), median(detect), median(bare),
             100 * median(ratios), 100 * std::ranges::min(ratios), 100 * std::ranges::max(ratios));
}

}  // namespace

int main() {
  const char* given = std::getenv("JETMETER_DATA");
  const std::filesystem::path data = given ? given : JM_DEFAULT_DATA;
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
  fmt::print("  {:<8} {:>12} {:>14} {:>10}   (all rounds)\n", "threads", "detect fps",
             "bare loop fps", "ratio");
  for (const int threads : {1, 2, 0}) compare(files, threads);
}
