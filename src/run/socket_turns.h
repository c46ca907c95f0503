// Turns that two runs take on one machine: a token goes back and forth between their workers,
// through a socket that `compare --ab` made.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "jetmeter/load.h"
#include "run/process.h"

namespace jetmeter {

// How long a turn lasts: at least so long, and at least so many pieces of work. The first of a turn
// finds the caches as the other left them.
struct TurnRules {
  Nanoseconds time = std::chrono::milliseconds(50);
  std::int64_t count = 4;
};

// One side. Whatever becomes of the other - through, dead, never there - this one goes on, alone.
// One thread, but for `stop`, which ends every wait.
class SocketTurns final : public Turns {
 public:
  struct World {
    const Clock* clock = &system_clock();
    const std::atomic<bool>* stop = nullptr;
    std::function<void()> waits{};  // called about once a second while it waits
  };
  // `first`: has the first turn. It owns the socket.
  SocketTurns(Descriptor socket, bool first, TurnRules rules, World world);

  // Until both are ready and this one may begin.
  void begin();
  bool after_work(Nanoseconds now) override;
  // Leaves the machine to the other, and waits until that one is through as well: what follows a
  // measurement is work too.
  void finish();
  // So many turns that the other's work followed; 0: it was alone.
  std::int64_t taken() const { return taken_; }

 private:
  enum class Token : char { turn = 't', done = 'd' };
  void give(Token);
  // False: the other is through or gone, or this one is to stop.
  bool await();
  bool stopped() const { return world_.stop && world_.stop->load(std::memory_order_relaxed); }

  Descriptor socket_;
  bool first_;
  TurnRules rules_;
  World world_;
  bool alone_ = false;
  Nanoseconds began_{0};
  std::int64_t count_ = 0, taken_ = 0;
};

}  // namespace jetmeter
