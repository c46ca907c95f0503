#include "load/lane_threads.h"

#include <fmt/format.h>

#include <atomic>
#include <latch>
#include <system_error>
#include <thread>
#include <vector>

namespace jetmeter {
namespace {

enum Gate : int { closed, open, cancelled };

}  // namespace

Result<void> run_lanes(int lanes, const std::function<void()>& start,
                       const std::function<void(int lane)>& work) {
  if (lanes == 1) {
    start();
    work(0);
    return {};
  }
  std::latch ready(lanes);
  std::atomic<int> gate{closed};
  std::vector<std::thread> threads;
  const auto open_gate = [&](Gate state) {
    gate.store(state);
    gate.notify_all();
    for (auto& thread : threads) thread.join();
  };
  try {
    threads.reserve(static_cast<std::size_t>(lanes));
    for (int lane = 0; lane < lanes; ++lane)
      threads.emplace_back([&, lane] {
        ready.count_down();
        gate.wait(closed);
        if (gate.load() == open) work(lane);
      });
  } catch (const std::system_error& error) {
    open_gate(cancelled);
    return fail(fmt::format("only {} of {} threads could be started ({}); ask for fewer in flight",
                            threads.size(), lanes, error.what()));
  }
  ready.wait();
  start();
  open_gate(open);
  return {};
}

}  // namespace jetmeter
