#include "model/arena.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace jetmeter {
namespace {

constexpr std::uint64_t kGranule = 256;
// A chunk is split when at least as much would be left over as is taken, or this much.
constexpr std::uint64_t kMostWaste = std::uint64_t{128} << 20;
// Small constants and packed weights have taken the first region before the first run.
constexpr std::uint64_t kTakenByLoading = 1;

std::uint64_t rounded(std::uint64_t bytes) {
  return std::max<std::uint64_t>(1, (bytes + kGranule - 1) / kGranule) * kGranule;
}

// Indices of the buffers by step.
struct Schedule {
  std::vector<std::vector<std::size_t>> born, die;
};

Schedule schedule(std::span<const Activation> buffers) {
  std::uint32_t last = 0;
  for (const auto& buffer : buffers) last = std::max(last, buffer.dies);
  Schedule steps{std::vector<std::vector<std::size_t>>(last + 1),
                 std::vector<std::vector<std::size_t>>(last + 1)};
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    steps.born[buffers[i].born].push_back(i);
    steps.die[buffers[i].dies].push_back(i);
  }
  return steps;
}

// Takes and gives back what `wanted` selects, step by step.
template <typename Wanted>
void play(Arena& arena, std::span<const Activation> buffers, Wanted wanted) {
  const auto steps = schedule(buffers);
  std::vector<Arena::Place> places(buffers.size());
  for (std::size_t step = 0; step < steps.born.size(); ++step) {
    for (const auto i : steps.born[step])
      if (wanted(buffers[i])) places[i] = arena.take(buffers[i].bytes);
    for (const auto i : steps.die[step])
      if (wanted(buffers[i])) arena.give_back(places[i]);
  }
}

struct Block {
  std::size_t owner = 0;
  std::uint64_t offset = 0, bytes = 0;
};

// Puts the block into the gap that it fills best, or behind the last one. Returns where it ends.
std::uint64_t place(std::vector<Block>& blocks, std::size_t owner, std::uint64_t bytes) {
  auto best = blocks.end();
  std::uint64_t least_waste = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t offset = blocks.empty() ? 0 : blocks.back().offset + blocks.back().bytes;
  std::uint64_t end = 0;
  for (auto at = blocks.begin(); at != blocks.end(); ++at) {
    const auto gap = at->offset - end;
    if (gap >= bytes && gap - bytes < least_waste) {
      least_waste = gap - bytes;
      best = at;
      offset = end;
    }
    end = at->offset + at->bytes;
  }
  blocks.insert(best, Block{owner, offset, bytes});
  return offset + bytes;
}

}  // namespace

Arena::Place Arena::take(std::uint64_t bytes) {
  const auto wanted = rounded(bytes);
  Place place;
  std::uint64_t best = std::numeric_limits<std::uint64_t>::max();
  for (std::size_t r = 0; r < regions_.size(); ++r)
    for (const auto& chunk : regions_[r].chunks)
      if (!chunk.used && chunk.bytes >= wanted && chunk.bytes < best) {
        best = chunk.bytes;
        place = {r, chunk.offset};
      }
  if (best == std::numeric_limits<std::uint64_t>::max()) place = extend(wanted);
  auto& region = regions_[place.region];
  const auto chunk = std::find_if(region.chunks.begin(), region.chunks.end(),
                                  [&](const auto& c) { return c.offset == place.offset; });
  chunk->used = true;
  region.touched = std::max(region.touched, place.offset + wanted);
  const auto rest = chunk->bytes - wanted;
  if (chunk->bytes >= 2 * wanted || rest >= kMostWaste) {
    chunk->bytes = wanted;
    region.chunks.insert(std::next(chunk), Chunk{place.offset + wanted, rest, false});
  }
  return place;
}

Arena::Place Arena::extend(std::uint64_t bytes) {
  bool grown = false;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 62;  // twice as much would be none
  while (next_region_bytes_ < std::min(bytes, kMost)) {
    next_region_bytes_ *= 2;
    grown = true;
  }
  next_region_bytes_ = std::max(next_region_bytes_, bytes);
  regions_.push_back({next_region_bytes_, 0, {{0, next_region_bytes_, false}}});
  if (!grown) next_region_bytes_ *= 2;
  return {regions_.size() - 1, 0};
}

void Arena::give_back(Place place) {
  auto& chunks = regions_[place.region].chunks;
  auto chunk = std::find_if(chunks.begin(), chunks.end(),
                            [&](const auto& c) { return c.offset == place.offset; });
  chunk->used = false;
  if (const auto next = std::next(chunk); next != chunks.end() && !next->used) {
    chunk->bytes += next->bytes;
    chunks.erase(next);
  }
  if (chunk != chunks.begin() && !std::prev(chunk)->used) {
    std::prev(chunk)->bytes += chunk->bytes;
    chunks.erase(chunk);
  }
}

std::uint64_t Arena::touched_bytes() const {
  return std::accumulate(regions_.begin(), regions_.end(), std::uint64_t{0},
                         [](auto sum, const auto& region) { return sum + region.touched; });
}

std::uint64_t Arena::reserved_bytes() const {
  return std::accumulate(regions_.begin(), regions_.end(), std::uint64_t{0},
                         [](auto sum, const auto& region) { return sum + region.bytes; });
}

std::uint64_t pattern_bytes(std::span<const Activation> buffers) {
  const auto steps = schedule(buffers);
  std::vector<Block> blocks;  // by offset
  std::uint64_t size = 0;
  for (std::size_t step = 0; step < steps.born.size(); ++step) {
    for (const auto i : steps.born[step])
      if (!buffers[i].workspace) size = std::max(size, place(blocks, i, rounded(buffers[i].bytes)));
    for (const auto i : steps.die[step])
      std::erase_if(blocks, [&](const auto& block) { return block.owner == i; });
  }
  return size;
}

std::uint64_t arena_bytes(std::span<const Activation> buffers) {
  if (buffers.empty()) return 0;
  Arena arena;
  arena.take(kTakenByLoading);
  play(arena, buffers, [](const auto&) { return true; });
  if (const auto bytes = pattern_bytes(buffers); bytes > 0) arena.take(bytes);
  play(arena, buffers, [](const auto& buffer) { return buffer.workspace; });
  return arena.touched_bytes();
}

}  // namespace jetmeter
