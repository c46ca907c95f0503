#include "run/sign_of_life.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace jetmeter {
namespace {

class HandTurnedClock final : public Clock {
 public:
  Nanoseconds monotonic() const override { return now; }
  WallTime wall() const override { return {}; }
  Nanoseconds now = std::chrono::hours(1);
};

std::array<int, 2> make_pipe() {
  std::array<int, 2> fd{};
  EXPECT_EQ(pipe(fd.data()), 0);
  return fd;
}

struct Wire {
  std::array<int, 2> fd = make_pipe();
  Wire() = default;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire() {
    close(fd[0]);
    close(fd[1]);
  }
  // Since the last call.
  int signs() {
    writer.send(MessageKind::bye);
    int count = 0;
    while (reader.wait().value().kind == MessageKind::alive) ++count;
    return count;
  }
  MessageWriter writer{fd[1]};
  MessageReader reader{fd[0]};
  SharedWriter shared{writer, {}};
  HandTurnedClock clock;
  SignOfLife sign{shared, clock};
};

TEST(SignOfLife, IsGivenAtMostTwiceASecond) {
  Wire wire;
  for (int i = 0; i < 30; ++i) {
    wire.sign.tell();
    wire.clock.now += std::chrono::milliseconds(100);
  }
  EXPECT_EQ(wire.signs(), 6);
}

TEST(SignOfLife, NeverWaitsForWhoWrites) {
  Wire wire;
  wire.shared.mutex.lock();
  std::thread([&] { wire.sign.tell(); }).join();
  wire.shared.mutex.unlock();
  EXPECT_EQ(wire.signs(), 0);
  wire.sign.tell();
  EXPECT_EQ(wire.signs(), 1) << "it was not said before";
}

TEST(SignOfLife, IsGivenByATaskAfterItsWork) {
  struct Nothing final : Task {
    Result<void> run(StageTimes&) override { return fail("the device is gone"); }
  } nothing;
  Wire wire;
  LivelyTask lively(nothing, wire.sign);
  StageTimes stages;
  EXPECT_EQ(lively.run(stages).error().what, "the device is gone");
  EXPECT_EQ(wire.signs(), 1);
}

}  // namespace
}  // namespace jetmeter
