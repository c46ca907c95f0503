#include "telemetry/pss_pace.h"

#include <algorithm>
#include <cmath>

namespace jetmeter {
namespace {

// Of the resident size.
constexpr std::uint64_t kShareThatMatters = 64;  // 1.6 %
constexpr std::uint64_t kShareThatMisleads = 4;
// Times the cost of a walk.
constexpr int kPause = 1000, kPauseOnAMove = 300, kPauseAmidAStart = 20;

}  // namespace

std::uint64_t PssPace::moved(const ResidentSize& size) const {
  const auto now = size.shareable_bytes;
  return now > shareable_ ? now - shareable_ : shareable_ - now;
}

int PssPace::pause(const ResidentSize& size) const {
  if (moved(size) > rss_ / kShareThatMisleads) return kPauseAmidAStart;
  const bool others_moved = moves_ != moves_seen_;
  return others_moved || moved(size) > rss_ / kShareThatMatters ? kPauseOnAMove : kPause;
}

std::optional<std::uint64_t> PssPace::pss(const ResidentSize& size, Time now) const {
  const auto others = others_now(size);
  if (!others || *others > size.all_bytes) return std::nullopt;
  if (now - walked_at_ >= pause(size) * cost_) return std::nullopt;
  return size.all_bytes - *others;
}

std::optional<std::uint64_t> PssPace::others_now(const ResidentSize& size) const {
  if (!others_ || shareable_ == 0) return others_;
  const double share = static_cast<double>(*others_) / static_cast<double>(shareable_);
  return static_cast<std::uint64_t>(
      std::llround(share * static_cast<double>(size.shareable_bytes)));
}

void PssPace::walked(const ResidentSize& size, std::uint64_t walked_rss,
                     std::optional<std::uint64_t> pss, Time now, std::chrono::nanoseconds cost) {
  if (moved(size) > rss_ / kShareThatMatters) ++moves_;
  moves_seen_ = moves_;
  // Both of one walk: a process that grows has passed `size` by now.
  rss_ = walked_rss;
  shareable_ = size.shareable_bytes;
  others_.reset();
  if (pss) others_ = rss_ - std::min(*pss, rss_);
  walked_at_ = now;
  cost_ = cost;
}

}  // namespace jetmeter
