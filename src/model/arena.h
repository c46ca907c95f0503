// ONNX Runtime's memory arena on a machine where memory that nobody has touched costs nothing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jetmeter/model.h"

namespace jetmeter {

// Regions that grow by powers of two from 1 MiB, best fit with 256-byte chunks, neighbours united
// when they fall free; regions are never given back (bfc_arena.cc, strategy kNextPowerOfTwo). Only
// the pages that were handed out count: the rest of a region is address space.
class Arena {
 public:
  struct Place {
    std::size_t region = 0;
    std::uint64_t offset = 0;
  };
  Place take(std::uint64_t bytes);
  void give_back(Place);
  std::uint64_t touched_bytes() const;
  std::uint64_t reserved_bytes() const;

 private:
  struct Chunk {
    std::uint64_t offset = 0, bytes = 0;
    bool used = false;
  };
  struct Region {
    std::uint64_t bytes = 0, touched = 0;
    std::vector<Chunk> chunks;  // in order, without a gap
  };
  Place extend(std::uint64_t bytes);
  std::vector<Region> regions_;
  std::uint64_t next_region_bytes_ = std::uint64_t{1} << 20;
};

// The size of the one block that holds all buffers in every run after the first: each is put, in
// the order of birth, into the smallest gap that takes it (mem_pattern_planner.h). Workspaces are
// not in it.
std::uint64_t pattern_bytes(std::span<const Activation>);

// What the arena has touched after two runs. The first run takes every buffer by itself; the second
// takes one block for them all, which as a rule lies beside what the first one left.
std::uint64_t arena_bytes(std::span<const Activation>);

}  // namespace jetmeter
