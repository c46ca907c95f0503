// The p50 of `jetmeter bench` beside that of a loop as a person would write it with ONNX Runtime's
// own API: same model, same threads, at the same time, in turns of a few inferences as the two
// sides of `compare --ab` take them, so that whatever the machine does meets both.
#include <fcntl.h>
#include <onnxruntime_cxx_api.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <random>
#include <thread>

#include "bench/program_run.h"
#include "compare/turns.h"
#include "jetmeter/compare.h"
#include "run/socket_turns.h"

namespace jetmeter {
namespace {

constexpr int kRounds = 12;
constexpr int kWarmup = 10;
constexpr int kRuns = 150;  // of each side in a round

// When each inference began, and what it took.
struct Times {
  std::vector<Nanoseconds> began;
  std::vector<double> ms;
};

// The ends of a socket, above those that a worker has its pipes at.
struct TurnEnds {
  TurnEnds() {
    std::array<int, 2> low{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, low.data()) != 0)
      throw std::runtime_error("cannot make a socket");
    ours = Descriptor(low[0]);
    theirs = Descriptor(fcntl(low[1], F_DUPFD, 512));  // the program has it as well
    Descriptor close_it(low[1]);
  }
  Descriptor ours, theirs;
};

Nanoseconds now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

Times hand_written(const std::filesystem::path& model, SocketTurns& turns) {
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

  Times times;
  for (int i = 0; i < kWarmup + kRuns; ++i) {
    if (i == kWarmup) turns.begin();
    const auto begin = now();
    const auto results =
        session.Run(Ort::RunOptions{nullptr}, inputs, &input, 1, outputs.data(), outputs.size());
    const auto end = now();
    if (i < kWarmup) continue;
    times.began.push_back(begin);
    times.ms.push_back(std::chrono::duration<double, std::milli>(end - begin).count());
    turns.after_work(end);
  }
  turns.finish();
  return times;
}

ComparedRun bench(const std::filesystem::path& model, const std::filesystem::path& out, int turns) {
  const auto command = fmt::format(
      "JETMETER_HISTORY=none '{}' bench '{}' --backend onnxruntime --threads 1 --warmup {} "
      "--min-time 0s --min-count {} --preflight off --take-turns={}:second --out '{}' -q "
      ">/dev/null",
      JM_PROGRAM, model.string(), kWarmup, kRuns, turns, out.string());
  if (std::system(command.c_str()) != 0) throw std::runtime_error("this failed: " + command);
  auto run = read_compared_run(out);
  if (!run) throw std::runtime_error(run.error().what);
  std::filesystem::remove_all(out);
  return std::move(*run);
}

// Nobody is left waiting for a program that failed.
struct CloseAtEnd {
  Descriptor& end;
  ~CloseAtEnd() { end.reset(); }
};

struct Round {
  double our_p50 = 0, their_p50 = 0, ratio = 0;  // ours by theirs
};

Round round(const std::filesystem::path& model) {
  const auto out = std::filesystem::temp_directory_path() / "jetmeter-loop";
  std::filesystem::remove_all(out);
  TurnEnds ends;
  Times theirs;
  std::jthread loop([&] {
    SocketTurns turns(std::move(ends.ours), true, {}, {});
    theirs = hand_written(model, turns);
  });
  const auto run = [&] {
    const CloseAtEnd close{ends.theirs};
    return bench(model, out, ends.theirs.get());
  }();
  loop.join();
  const auto& samples = run.samples.at("model");
  std::vector<double> since_first;
  for (const auto began : theirs.began)
    since_first.push_back(std::chrono::duration<double>(began - theirs.began.front()).count());
  const auto ratio = ratio_in_turn(
      {theirs.began.front(), since_first, theirs.ms},
      {run.first_start.at("model"), samples.at("started_seconds"), samples.at("latency_ms")},
      turn_median);
  if (!ratio) throw std::runtime_error("there were too few turns");
  return {median(samples.at("latency_ms")), median(theirs.ms), *ratio};
}

void measure(const std::filesystem::path& model) {
  std::vector<double> ours, theirs, ratios;
  for (int i = 0; i < kRounds; ++i) {
    const auto [our_p50, their_p50, ratio] = round(model);
    ours.push_back(our_p50);
    theirs.push_back(their_p50);
    ratios.push_back(ratio);
  }
  const auto of_turns = median_of_ratios(ratios).value();
  fmt::print(
      "jetmeter bench beside a hand-written ONNX Runtime loop, yolox_nano, 1 thread, in turn, {} "
      "rounds of {} inferences each\n"
      "  p50 {:.3f} ms against {:.3f} ms; ratio of neighbouring turns {:.4f}, 95 % interval {:.4f} "
      "to {:.4f}\n",
      kRounds, kRuns, median(ours), median(theirs), of_turns.mid, of_turns.low, of_turns.high);
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
  jetmeter::measure(model);
}
