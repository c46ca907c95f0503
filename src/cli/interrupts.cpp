#include "cli/interrupts.h"

#include <unistd.h>

namespace jetmeter {
namespace {

constexpr int kPatience = 2;  // the first asks for an end, the second for a quick one
constexpr int kInterrupted = 130;

std::atomic<int> count{0};
static_assert(std::atomic<int>::is_always_lock_free);
int guards = 0;

void count_one(int) {
  if (count.fetch_add(1) >= kPatience) _exit(kInterrupted);
}

}  // namespace

int interrupts() {
  return count.load();
}

const std::atomic<int>& interrupt_count() {
  return count;
}

InterruptGuard::InterruptGuard() {
  if (guards++ == 0) count = 0;
  struct sigaction action {};
  action.sa_handler = count_one;
  sigaction(SIGINT, &action, &old_int_);
  sigaction(SIGTERM, &action, &old_term_);
}

InterruptGuard::~InterruptGuard() {
  --guards;
  sigaction(SIGINT, &old_int_, nullptr);
  sigaction(SIGTERM, &old_term_, nullptr);
}

}  // namespace jetmeter
