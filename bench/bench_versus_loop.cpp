// The p50 of `jetmeter bench` beside that of a loop as a person would write it with ONNX Runtime's
// own API: same model, same threads, same number of inferences. The two take turns in the order
// ABBA, so that a machine that drifts favours neither.
#include <onnxruntime_cxx_api.h>

#include <chrono>
#include <random>

#include "bench/program_run.h"
#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

constexpr int kRounds = 20;  // each has two runs of either kind
constexpr int kWarmup = 10;
constexpr int kRuns = 60;

struct Times {
  double p50_ms = 0, min_ms = 0;
};

Times hand_written(const std::filesystem::path& model) {
  Ort::Env env(ORT_LOGGING_LEVEL_ERROR);
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(1);
  Ort::Session session(env, model.c_str(), options);
  Ort::AllocatorWithDefaultOptions allocator;
  const auto input_name = session.GetInputNameAllocated(0, allocator);
  const auto shape = session.GetInputTypeInfo(0).GetTensorTypeAndShapeInfo().GetShape();
  auto input = Ort::Value::CreateTensor<float>(allocator, shape.data(), shape.size());
  auto* values = input.GetTensorMutableData<float>();
  const auto count = input.GetTensorTypeAndShapeInfo().GetElementCount();
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(0, 1);  // as bench fills its inputs
  for (std::size_t i = 0; i < count; ++i) values[i] = uniform(random);
  std::vector<std::string> names;
  std::vector<const char*> outputs;
  for (std::size_t i = 0; i < session.GetOutputCount(); ++i)
    names.emplace_back(session.GetOutputNameAllocated(i, allocator).get());
  for (const auto& name : names) outputs.push_back(name.c_str());
  const char* inputs[] = {input_name.get()};

  std::vector<double> ms;
  for (int i = 0; i < kWarmup + kRuns; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const auto results =
        session.Run(Ort::RunOptions{nullptr}, inputs, &input, 1, outputs.data(), outputs.size());
    const auto end = std::chrono::steady_clock::now();
    if (i >= kWarmup) ms.push_back(std::chrono::duration<double, std::milli>(end - begin).count());
  }
  return {median(ms), *std::ranges::min_element(ms)};
}

Times bench(const std::filesystem::path& model) {
  const auto record = record_of(
      fmt::format("bench '{}' --backend onnxruntime --threads 1 --warmup {} --min-time 0s "
                  "--min-count {} --preflight off",
                  model.string(), kWarmup, kRuns));
  const auto& latency = record.at("slots").at(0).at("latency_ms");
  return {latency.at("p50"), latency.at("min")};
}

void show(const char* what, const std::vector<double>& theirs, const std::vector<double>& ours) {
  const auto ratio = paired_ratio(theirs, ours).value();
  fmt::print("  {:<8} {:.3f} ms against {:.3f} ms; ratio {:.4f}, 95 % interval {:.4f} to {:.4f}\n",
             what, median(ours), median(theirs), ratio.mid, ratio.low, ratio.high);
}

void compare(const std::filesystem::path& model) {
  std::vector<double> our_p50, their_p50, our_min, their_min;
  for (int round = 0; round < kRounds; ++round) {
    const auto a = bench(model), b = hand_written(model), c = hand_written(model), d = bench(model);
    our_p50.push_back((a.p50_ms + d.p50_ms) / 2);
    their_p50.push_back((b.p50_ms + c.p50_ms) / 2);
    our_min.push_back(std::min(a.min_ms, d.min_ms));
    their_min.push_back(std::min(b.min_ms, c.min_ms));
  }
  fmt::print(
      "jetmeter bench beside a hand-written ONNX Runtime loop, yolox_nano, 1 thread, {} rounds "
      "ABBA\n",
      kRounds);
  show("p50", their_p50, our_p50);
  show("fastest", their_min, our_min);
}

}  // namespace
}  // namespace jetmeter

int main() {
  const auto model = jetmeter::data_folder() / "models/detectors/yolox_nano_416.onnx";
  if (!std::filesystem::exists(model)) {
    fmt::print("bench beside a hand-written loop: skipped, there is no '{}'; set JETMETER_DATA\n",
               model.string());
    return 0;
  }
  jetmeter::compare(model);
}
