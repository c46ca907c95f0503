#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "frames/stream_time.h"
#include "jetmeter/frames.h"

namespace jetmeter {
namespace {

constexpr double kNanosecondsPerMillisecond = 1e6;

std::string stem(const std::string& name) {
  return name.substr(0, name.rfind('.'));
}

std::int64_t pair_limit(const PairingOptions& options) {
  return options.limit > 0 ? options.limit : std::numeric_limits<std::int64_t>::max();
}

// ---- by timestamp ------------------------------------------------------------------------------

struct Stream {
  double fps = 0;
  std::int64_t frames = 0;
};

// Frames of a stream of unknown length that lasts as long as `other`.
std::int64_t frames_within(const Stream& other, double fps) {
  return static_cast<std::int64_t>(
      std::ceil(static_cast<double>(other.frames) / other.fps * fps - 1e-6));
}

// The nearest frame to a time; the earlier one of two that are equally near.
std::int64_t nearest(std::int64_t index, const Stream& from, const Stream& to) {
  const double position = static_cast<double>(index) / from.fps * to.fps;
  const auto late = static_cast<std::int64_t>(std::floor(position)) + 1;
  const Nanoseconds time = stream_time(index, from.fps);
  const auto distance = [&](std::int64_t candidate) {
    return std::chrono::abs(stream_time(candidate, to.fps) - time);
  };
  // A position computed in floating point may lie just below the whole number that it is.
  std::int64_t best = std::max<std::int64_t>(0, late - 2);
  for (auto candidate = best + 1; candidate <= late; ++candidate) {
    if (distance(candidate) < distance(best)) best = candidate;
  }
  return best;
}

struct Match {
  std::int64_t slow = 0, fast = 0;
};

struct Matches {
  std::vector<Match> matches;
  std::int64_t slow_seen = 0, fast_seen = 0;  // frames that were candidates before the limit
};

// The partner of a faster stream moves on by at least one frame with each frame of the slower
// one, so no frame is used twice and no greedy choice is regretted.
Matches match_streams(const Stream& slow, const Stream& fast, const PairingOptions& options) {
  Matches result{.matches = {}, .slow_seen = slow.frames, .fast_seen = fast.frames};
  std::int64_t last = -1;
  for (std::int64_t i = 0; i < slow.frames; ++i) {
    const std::int64_t j = std::min(nearest(i, slow, fast), fast.frames - 1);
    if (j <= last) continue;
    const auto offset = stream_time(j, fast.fps) - stream_time(i, slow.fps);
    if (std::chrono::abs(offset) > options.tolerance) continue;
    result.matches.push_back({i, j});
    last = j;
    if (std::ssize(result.matches) == pair_limit(options)) {
      result.slow_seen = i + 1;
      result.fast_seen = j + 1;
      break;
    }
  }
  return result;
}

Pairing by_timestamp(const SourceInfo& first, const SourceInfo& second,
                     const PairingOptions& options) {
  Pairing pairing;
  pairing.rule =
      fmt::format("by timestamp, within {:g} ms",
                  static_cast<double>(options.tolerance.count()) / kNanosecondsPerMillisecond);
  Stream a{*first.fps, first.frames.value_or(0)}, b{*second.fps, second.frames.value_or(0)};
  const bool swapped = a.fps > b.fps;
  if (!first.frames && !second.frames) {
    // Both without end: as long as the pairs that were asked for.
    Stream& slow = swapped ? b : a;
    slow.frames = options.limit;
    (swapped ? a : b).frames = frames_within(slow, swapped ? a.fps : b.fps) + 1;
  } else if (!first.frames) {
    a.frames = frames_within(b, a.fps);
  } else if (!second.frames) {
    b.frames = frames_within(a, b.fps);
  }
  const Matches found = swapped ? match_streams(b, a, options) : match_streams(a, b, options);
  for (const Match& match : found.matches) {
    const auto i = swapped ? match.fast : match.slow, j = swapped ? match.slow : match.fast;
    pairing.pairs.push_back({i, j, stream_time(j, b.fps) - stream_time(i, a.fps)});
  }
  const auto pairs = std::ssize(pairing.pairs);
  pairing.unpaired_first = (swapped ? found.fast_seen : found.slow_seen) - pairs;
  pairing.unpaired_second = (swapped ? found.slow_seen : found.fast_seen) - pairs;
  return pairing;
}

// ---- by file name, by index --------------------------------------------------------------------

Pairing by_name(const SourceInfo& first, const SourceInfo& second, const PairingOptions& options) {
  Pairing pairing;
  pairing.rule = "by file name";
  std::multimap<std::string, std::int64_t> partners;
  for (std::size_t i = 0; i < second.names.size(); ++i) {
    partners.emplace(stem(second.names[i]), static_cast<std::int64_t>(i));
  }
  for (std::size_t i = 0; i < first.names.size(); ++i) {
    // lower_bound: of equal names (a.jpg, a.png) the first comes first.
    const auto partner = partners.lower_bound(stem(first.names[i]));
    if (partner == partners.end() || partner->first != stem(first.names[i])) {
      ++pairing.unpaired_first;
    } else if (std::ssize(pairing.pairs) < pair_limit(options)) {
      pairing.pairs.push_back({static_cast<std::int64_t>(i), partner->second, Nanoseconds(0)});
      partners.erase(partner);
    } else {
      partners.erase(partner);  // it has a partner, only beyond the limit
    }
  }
  pairing.unpaired_second = std::ssize(partners);
  return pairing;
}

Pairing by_index(const SourceInfo& first, const SourceInfo& second, const PairingOptions& options) {
  Pairing pairing;
  pairing.rule = "by index";
  const std::int64_t a = first.frames.value_or(second.frames.value_or(options.limit));
  const std::int64_t b = second.frames.value_or(a);
  const std::int64_t common = std::min(a, b);
  const std::int64_t count = std::min(common, pair_limit(options));
  for (std::int64_t i = 0; i < count; ++i) pairing.pairs.push_back({i, i, Nanoseconds(0)});
  pairing.unpaired_first = a - common;
  pairing.unpaired_second = b - common;
  return pairing;
}

bool share_a_name(const SourceInfo& first, const SourceInfo& second) {
  std::vector<std::string> stems;
  for (const auto& name : first.names) stems.push_back(stem(name));
  std::sort(stems.begin(), stems.end());
  return std::any_of(second.names.begin(), second.names.end(), [&](const std::string& name) {
    return std::binary_search(stems.begin(), stems.end(), stem(name));
  });
}

}  // namespace

Pairing pair_frames(const SourceInfo& first, const SourceInfo& second,
                    const PairingOptions& options) {
  if (first.fps && second.fps) return by_timestamp(first, second, options);
  if (share_a_name(first, second)) return by_name(first, second, options);
  return by_index(first, second, options);
}

}  // namespace jetmeter
