// How much faster a model runs after `jetmeter model quantize`, with ONNX Runtime on this machine's
// CPU. FP32 and INT8 take turns in the order ABBA, so that a machine that drifts favours neither.
#include "bench/program_run.h"
#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

constexpr int kRounds = 8;  // each has two runs of either kind

double p50_ms(const std::filesystem::path& model) {
  const auto record =
      record_of(fmt::format("bench '{}' --backend onnxruntime --threads 1 --warmup 5 --min-time 0s "
                            "--min-count 20 --max-count 20 --preflight off",
                            model.string()));
  return record.at("slots").at(0).at("latency_ms").at("p50");
}

bool program(const std::string& arguments) {
  const auto command =
      fmt::format("JETMETER_HISTORY=none '{}' {} >/dev/null 2>&1", JM_PROGRAM, arguments);
  return std::system(command.c_str()) == 0;
}

void compare(const char* name, const std::filesystem::path& model,
             const std::filesystem::path& folder) {
  const auto int8 = folder / "int8.onnx";
  if (!program(fmt::format("model quantize '{}' --calibration '{}' --samples 16 "
                           "-o '{}'",
                           model.string(), (data_folder() / "images/voc50/images").string(),
                           int8.string()))) {
    fmt::print("  {:<12} could not be quantised\n", name);
    return;
  }
  std::vector<double> fp32_ms, int8_ms;
  for (int round = 0; round < kRounds; ++round) {
    const double a = p50_ms(model), b = p50_ms(int8), c = p50_ms(int8), d = p50_ms(model);
    fp32_ms.push_back((a + d) / 2);
    int8_ms.push_back((b + c) / 2);
  }
  const auto ratio = paired_ratio(int8_ms, fp32_ms).value();
  fmt::print(
      "  {:<12} FP32 {:.2f} ms, INT8 {:.2f} ms; INT8 is {:.2f} times as fast, 95 % interval "
      "{:.2f} to {:.2f}\n",
      name, median(fp32_ms), median(int8_ms), ratio.mid, ratio.low, ratio.high);
}

void run() {
  const auto folder = std::filesystem::temp_directory_path() /
                      fmt::format("jetmeter-quantized-speed-{}", ::getpid());
  std::filesystem::create_directories(folder);
  fmt::print("FP32 beside INT8, ONNX Runtime, 1 thread, {} rounds ABBA\n", kRounds);
  compare("yolox_nano", data_folder() / "models/detectors/yolox_nano_416.onnx", folder);
  compare("nanodet_m", data_folder() / "models/detectors/nanodet_m_416.onnx", folder);
  const auto zoo = folder / "yolo11n.onnx";
  if (program(fmt::format("zoo make yolo11n -o '{}'", zoo.string())))
    compare("zoo yolo11n", zoo, folder);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace jetmeter

int main() {
  const auto images = jetmeter::data_folder() / "images/voc50/images";
  if (!std::filesystem::exists(images)) {
    fmt::print("FP32 beside INT8: skipped, there is no '{}'; set JETMETER_DATA\n", images.string());
    return 0;
  }
  jetmeter::run();
}
