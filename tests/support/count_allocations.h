// Counts what the program takes from the heap. It replaces operator new, so only one file of a
// test program may include it.
#pragma once

#include <atomic>
#include <cstdlib>
#include <new>

namespace jetmeter {

inline std::atomic<long> allocations{0};

inline long allocation_count() {
  return allocations.load();
}

inline void* counted_allocation(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}

}  // namespace jetmeter

void* operator new(std::size_t bytes) {
  return jetmeter::counted_allocation(bytes);
}
void* operator new[](std::size_t bytes) {
  return jetmeter::counted_allocation(bytes);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
