#include "run/socket_turns.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace jetmeter {

SocketTurns::SocketTurns(Descriptor socket, bool first, TurnRules rules, World world)
    : socket_(std::move(socket)), first_(first), rules_(rules), world_(std::move(world)) {}

void SocketTurns::begin() {
  if (!first_) give(Token::turn);
  await();
  began_ = world_.clock->monotonic();
}

bool SocketTurns::after_work(Nanoseconds now) {
  ++count_;
  if (alone_ || count_ < rules_.count || now - began_ < rules_.time) return false;
  ++taken_;
  give(Token::turn);
  await();
  count_ = 0;
  began_ = world_.clock->monotonic();
  return true;
}

void SocketTurns::finish() {
  give(Token::done);
  while (await()) {
  }
  socket_.reset();
}

void SocketTurns::give(Token token) {
  const char word = static_cast<char>(token);
  while (send(socket_.get(), &word, 1, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

bool SocketTurns::await() {
  constexpr int kMilliseconds = 100;
  auto told = world_.clock->monotonic();
  while (!alone_ && !stopped()) {
    pollfd watched{socket_.get(), POLLIN, 0};
    const int ready = poll(&watched, 1, kMilliseconds);
    if (const auto now = world_.clock->monotonic();
        world_.waits && now - told >= std::chrono::seconds(1)) {
      world_.waits();
      told = now;
    }
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    char word = 0;
    const auto got = recv(socket_.get(), &word, 1, MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got == 1 && word == static_cast<char>(Token::turn)) return true;
    alone_ = true;  // it is through, or nobody is there any more
  }
  return false;
}

}  // namespace jetmeter
