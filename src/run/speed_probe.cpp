#include "run/speed_probe.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <new>

namespace jetmeter {
namespace {

constexpr std::size_t kSide = 160, kWalked = std::size_t{1} << 20, kLine = 16;
constexpr int kRepetitions = 11, kProducts = 2;
// The third fastest: what comes and goes within some milliseconds - the supervisor on the other
// half of the same core, for one - is no state of the machine.
constexpr int kTaken = 2;

// Memory of its own that goes back to the system: the C library's allocator, which a model is going
// to use, must not learn from it.
class Pages {
 public:
  explicit Pages(std::size_t bytes)
      : bytes_(bytes),
        start_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (start_ == MAP_FAILED) throw std::bad_alloc();
  }
  ~Pages() { ::munmap(start_, bytes_); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  float* floats() const { return static_cast<float*>(start_); }

 private:
  std::size_t bytes_;
  void* start_;
};

class FixedWork {
 public:
  FixedWork() { std::fill_n(pages_.floats(), kAll, 0.5F); }

  void run() {
    float sum = 0;
    for (int i = 0; i < kProducts; ++i) {
      multiply();
      for (std::size_t at = 0; at < kWalked; at += kLine) sum += walked_[at];
    }
    result_ = sum + product_[kSide];
  }

 private:
  static constexpr std::size_t kMatrix = kSide * kSide, kAll = 3 * kMatrix + kWalked;

  // So that the work is done. Slots that share a worker measure at the same time, each its own.
  volatile float result_ = 0;

  void multiply() {
    std::fill_n(product_, kMatrix, 0.0F);
    for (std::size_t i = 0; i < kSide; ++i)
      for (std::size_t k = 0; k < kSide; ++k) {
        const float factor = left_[i * kSide + k];
        for (std::size_t j = 0; j < kSide; ++j)
          product_[i * kSide + j] += factor * right_[k * kSide + j];
      }
  }

  Pages pages_{kAll * sizeof(float)};
  float *left_ = pages_.floats(), *right_ = left_ + kMatrix, *product_ = right_ + kMatrix,
        *walked_ = product_ + kMatrix;
};

}  // namespace

Nanoseconds probe_speed(const Clock& clock) {
  FixedWork work;
  std::array<Nanoseconds, kRepetitions> took{};
  for (auto& each : took) {
    const auto began = clock.monotonic();
    work.run();
    each = clock.monotonic() - began;
  }
  std::ranges::nth_element(took, took.begin() + kTaken);
  return took[kTaken];
}

}  // namespace jetmeter
