#include "cli/interrupts.h"

namespace jetmeter {
namespace {

std::atomic<int> count{0};
static_assert(std::atomic<int>::is_always_lock_free);
int guards = 0;

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
  action.sa_handler = [](int) { count.fetch_add(1); };
  sigaction(SIGINT, &action, &old_int_);
  sigaction(SIGTERM, &action, &old_term_);
}

InterruptGuard::~InterruptGuard() {
  --guards;
  sigaction(SIGINT, &old_int_, nullptr);
  sigaction(SIGTERM, &old_term_, nullptr);
}

}  // namespace jetmeter
