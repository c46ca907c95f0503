// Counts every allocation of the process between two moments, on every thread and below operator
// new: it stands in for malloc (weakly, so that several files of a program may include it). Under a
// sanitizer, which stands there itself, nothing is counted and kCanWatchHeap is false.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace jetmeter {

struct HeapUse {
  std::int64_t allocations = 0;
  std::size_t largest_bytes = 0;
};

inline std::atomic<bool> heap_is_watched{false};
inline std::atomic<std::int64_t> heap_allocations{0};
inline std::atomic<std::size_t> heap_largest_bytes{0};

inline void note_allocation(std::size_t bytes) {
  if (!heap_is_watched.load(std::memory_order_relaxed)) return;
  heap_allocations.fetch_add(1);
  auto largest = heap_largest_bytes.load();
  while (largest < bytes && !heap_largest_bytes.compare_exchange_weak(largest, bytes)) {
  }
}

// What `work` takes from the heap.
template <typename Work>
HeapUse watch_heap(Work work) {
  heap_allocations = 0;
  heap_largest_bytes = 0;
  heap_is_watched = true;
  work();
  heap_is_watched = false;
  return {heap_allocations, heap_largest_bytes};
}

}  // namespace jetmeter

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)

namespace jetmeter {
inline constexpr bool kCanWatchHeap = false;
}

#else

namespace jetmeter {
inline constexpr bool kCanWatchHeap = true;
}

// glibc's own, under the names that it keeps for this purpose.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

[[gnu::weak]] void* malloc(std::size_t bytes) noexcept {
  jetmeter::note_allocation(bytes);
  return __libc_malloc(bytes);
}
[[gnu::weak]] void* calloc(std::size_t count, std::size_t bytes) noexcept {
  jetmeter::note_allocation(count * bytes);
  return __libc_calloc(count, bytes);
}
[[gnu::weak]] void* realloc(void* memory, std::size_t bytes) noexcept {
  jetmeter::note_allocation(bytes);
  return __libc_realloc(memory, bytes);
}
[[gnu::weak]] void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  jetmeter::note_allocation(bytes);
  return __libc_memalign(alignment, bytes);
}
[[gnu::weak]] int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) noexcept {
  jetmeter::note_allocation(bytes);
  *memory = __libc_memalign(alignment, bytes);
  return *memory == nullptr ? 12 /* ENOMEM */ : 0;
}
}

#endif
