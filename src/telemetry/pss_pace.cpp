#include "telemetry/pss_pace.h"

#include <algorithm>
#include <cmath>

namespace jetmeter {
namespace {

using std::chrono::nanoseconds;

// Of the resident size.
constexpr std::uint64_t kShareThatMatters = 64;  // 1.6 %
constexpr std::uint64_t kShareThatMisleads = 4;
// Times the cost of a walk.
constexpr int kPause = 2000, kPauseOnAMove = 20;
// The purse fills by this share of the time, and holds so many walks.
constexpr int kPurseShare = 1000;
constexpr int kPurseWalks = 20;
// After it was started, a process maps what it shares for about so long; after an end, at once.
constexpr std::chrono::seconds kStirs(3);

}  // namespace

std::uint64_t PssPace::moved(const ResidentSize& size) const {
  const auto now = size.shareable_bytes;
  return now > shareable_ ? now - shareable_ : shareable_ - now;
}

void PssPace::see(Census census, Time now) {
  if (census_ && *census_ != census) stirred_at_ = now;
  census_ = census;
}

bool PssPace::is_stirred(const ResidentSize& size) const {
  const bool others_come = stirred_at_ && walked_at_ < *stirred_at_ + kStirs;
  return others_come || moves_ != moves_seen_ || moved(size) > rss_ / kShareThatMatters;
}

nanoseconds PssPace::purse(Time now) const {
  return std::min<nanoseconds>(purse_ + (now - walked_at_) / kPurseShare, kPurseWalks * cost_);
}

bool PssPace::is_due(const ResidentSize& size, Time now) const {
  const auto since = now - walked_at_;
  if (since >= kPause * cost_) return true;
  if (since < kPauseOnAMove * cost_) return false;
  if (moved(size) > rss_ / kShareThatMisleads) return true;
  return is_stirred(size) && purse(now) >= cost_;
}

std::optional<std::uint64_t> PssPace::pss(const ResidentSize& size, Time now) const {
  const auto others = others_now(size);
  if (!others || *others > size.all_bytes || is_due(size, now)) return std::nullopt;
  return size.all_bytes - *others;
}

std::optional<std::uint64_t> PssPace::others_now(const ResidentSize& size) const {
  if (!others_ || shareable_ == 0) return others_;
  const double share = static_cast<double>(*others_) / static_cast<double>(shareable_);
  return static_cast<std::uint64_t>(
      std::llround(share * static_cast<double>(size.shareable_bytes)));
}

void PssPace::walked(const ResidentSize& size, std::uint64_t walked_rss,
                     std::optional<std::uint64_t> pss, Time now, nanoseconds cost) {
  const bool first = cost_ == nanoseconds{};
  if (moved(size) > rss_ / kShareThatMatters) ++moves_;
  moves_seen_ = moves_;
  // Both of one walk: a process that grows has passed `size` by now.
  rss_ = walked_rss;
  shareable_ = size.shareable_bytes;
  others_.reset();
  if (pss) others_ = rss_ - std::min(*pss, rss_);
  purse_ = std::max(nanoseconds{}, (first ? kPurseWalks * cost : purse(now)) - cost);
  walked_at_ = now;
  cost_ = cost;
}

}  // namespace jetmeter
