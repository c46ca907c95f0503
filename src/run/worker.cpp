#include <sys/prctl.h>

#include <csignal>
#include <exception>
#include <memory>
#include <thread>
#include <vector>

#include "jetmeter/run.h"
#include "run/bench_worker.h"
#include "run/model_share.h"
#include "run/slot_worker.h"
#include "run/wire.h"

namespace jetmeter {
namespace {

// A slot that throws ends alone: what it shares a process with goes on.
void serve_slot(int control, int events, ModelShare& share) {
  MessageReader orders(control);
  MessageWriter out(events);
  try {
    const auto first = orders.wait();
    if (!first) return;
    auto spec = worker_spec_from_json(first->payload);
    if (spec.slot.bench)
      BenchWorker(orders, out).serve(std::move(spec));
    else
      SlotWorker(orders, out, share).serve(std::move(spec));
  } catch (const std::exception& thrown) {
    share.abandon("the slot that was to load this model failed");
    out.send(MessageKind::error, std::string("an exception: ") + thrown.what());
  }
}

}  // namespace

int worker_main(int slot_count) {
  prctl(PR_SET_NAME, "jetmeter-worker");
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);
  ModelShare share;
  std::vector<std::jthread> threads;
  for (int slot = 1; slot < slot_count; ++slot)
    threads.emplace_back([slot, &share] { serve_slot(3 + 2 * slot, 4 + 2 * slot, share); });
  serve_slot(3, 4, share);
  return 0;
}

}  // namespace jetmeter
