// The p50 of `jetmeter bench` beside that of a loop as a person would write it with ONNX Runtime's
// own API: same model, same threads, same number of inferences. The two take turns in the order
// ABBA, so that a machine that drifts favours neither.
#include <onnxruntime_cxx_api.h>

#include <chrono>

#include "bench/program_run.h"

namespace jetmeter {
namespace {

constexpr int kRounds = 6;  // each has two runs of either kind
constexpr int kWarmup = 20;
constexpr int kRuns = 120;

double hand_written_p50_ms(const std::filesystem::path& model) {
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
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i % 256) / 255.0F;
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
  return median(ms);
}

double bench_p50_ms(const std::filesystem::path& model) {
  const auto record = record_of(
      fmt::format("bench '{}' --backend onnxruntime --threads 1 --warmup {} --min-time 0s "
                  "--min-count {} --preflight off",
                  model.string(), kWarmup, kRuns));
  return record.at("slots").at(0).at("latency_ms").at("p50");
}

void compare(const std::filesystem::path& model) {
  std::vector<double> ours, theirs, ratios;
  for (int round = 0; round < kRounds; ++round) {
    const double a = bench_p50_ms(model);
    const double b = hand_written_p50_ms(model);
    const double c = hand_written_p50_ms(model);
    const double d = bench_p50_ms(model);
    ours.insert(ours.end(), {a, d});
    theirs.insert(theirs.end(), {b, c});
    ratios.push_back((a + d) / (b + c));
  }
  std::ranges::sort(ratios);
  fmt::print(
      "p50 of jetmeter bench beside a hand-written ONNX Runtime loop, yolox_nano, 1 thread,\n"
      "{} rounds ABBA: {:.3f} ms against {:.3f} ms; the ratio's median is {:.4f} "
      "({:.4f} to {:.4f})\n",
      kRounds, median(ours), median(theirs), median(ratios), ratios.front(), ratios.back());
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
