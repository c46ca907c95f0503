#include "run/socket_turns.h"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <array>
#include <mutex>
#include <string>
#include <thread>

namespace jetmeter {
namespace {

constexpr std::chrono::milliseconds kTurn(50);

struct Sockets {
  Sockets() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    a = Descriptor(ends[0]);
    b = Descriptor(ends[1]);
  }
  Descriptor a, b;
};

// Both sides write down who works.
class Diary {
 public:
  void add(char side) {
    const std::scoped_lock lock(mutex_);
    text_ += side;
  }
  std::string text() const {
    const std::scoped_lock lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

// Works so many times, half a turn each, by a time of its own.
std::int64_t work(Descriptor socket, bool first, int times, Diary& diary) {
  SocketTurns turns(std::move(socket), first, {kTurn, 2}, {});
  turns.begin();
  auto now = system_clock().monotonic();
  for (int i = 0; i < times; ++i) {
    diary.add(first ? 'a' : 'b');
    now += kTurn / 2;
    if (turns.after_work(now)) now = system_clock().monotonic();
  }
  turns.finish();
  return turns.taken();
}

TEST(SocketTurns, GoBackAndForthUntilOneIsThrough) {
  Sockets sockets;
  Diary diary;
  std::int64_t of_a = 0;
  std::jthread other([&] { of_a = work(std::move(sockets.a), true, 6, diary); });
  const auto of_b = work(std::move(sockets.b), false, 9, diary);
  other.join();
  EXPECT_EQ(diary.text(), "aabbaabbaabbbbb");
  EXPECT_EQ(of_a, 3);
  EXPECT_EQ(of_b, 3);
}

TEST(SocketTurns, ATurnIsSoLongAndSoManyPiecesOfWork) {
  Sockets sockets;
  const std::atomic<bool> stop{true};  // nothing waits
  SocketTurns turns(std::move(sockets.a), true, {kTurn, 3}, {.stop = &stop});
  turns.begin();
  const auto now = system_clock().monotonic();
  EXPECT_FALSE(turns.after_work(now + 2 * kTurn));
  EXPECT_FALSE(turns.after_work(now + 2 * kTurn)) << "two of three";
  EXPECT_TRUE(turns.after_work(now + 2 * kTurn));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(turns.after_work(now)) << "no time has passed";
  char word = 0;
  EXPECT_EQ(recv(sockets.b.get(), &word, 1, MSG_DONTWAIT), 1);
  EXPECT_EQ(word, 't');
  EXPECT_LT(recv(sockets.b.get(), &word, 1, MSG_DONTWAIT), 0) << "one turn was given";
}

TEST(SocketTurns, GoesOnAloneWhereTheOtherIsGone) {
  Sockets sockets;
  sockets.b.reset();
  Diary diary;
  EXPECT_EQ(work(std::move(sockets.a), true, 9, diary), 0);
  EXPECT_EQ(diary.text(), "aaaaaaaaa");
}

TEST(SocketTurns, TheLastWaitsForNobodyAndTheFirstForTheLast) {
  Sockets sockets;
  Diary diary;
  std::jthread other([&] {
    work(std::move(sockets.a), true, 2, diary);
    diary.add('.');
  });
  work(std::move(sockets.b), false, 8, diary);
  other.join();
  EXPECT_EQ(diary.text().find('.'), 10U) << diary.text();
}

TEST(SocketTurns, AWaitEndsWhenItIsAskedToStopAndShowsThatItLives) {
  Sockets sockets;
  std::atomic<bool> stop{false};
  int told = 0;
  SocketTurns turns(std::move(sockets.a), true, {kTurn, 1}, {.stop = &stop, .waits = [&] {
                                                               ++told;
                                                               stop = true;
                                                             }});
  turns.begin();  // nobody comes
  EXPECT_EQ(told, 1);
  EXPECT_EQ(turns.taken(), 0);
}

}  // namespace
}  // namespace jetmeter
