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
constexpr int kPause = 4000, kPauseOnAMove = 20;
// The purse holds so many walks, and fills by this share of the time.
constexpr double kPurseWalks = 6;
constexpr int kPurseShare = 2000;
// After it was started, a process maps what it shares for about so long, most of it at the
// beginning. So the first walk waits for that, and each that follows so many times as long.
constexpr std::chrono::seconds kStirs(3);
constexpr std::chrono::milliseconds kFirstLook(400);
constexpr int kSpread = 3;

}  // namespace

std::uint64_t PssPace::moved(const ResidentSize& size) const {
  const auto now = size.shareable_bytes;
  return now > shareable_ ? now - shareable_ : shareable_ - now;
}

void PssPace::see(Census census, Time now) {
  if (census_ && *census_ != census) {
    if (!stirred_at_ || now - *stirred_at_ > kStirs) stir_began_ = now;
    stirred_at_ = now;
  }
  census_ = census;
}

bool PssPace::is_stirred(Time now) const {
  if (!stirred_at_ || walked_at_ >= *stirred_at_ + kStirs) return false;
  const auto next = std::max<nanoseconds>(kFirstLook, kSpread * (walked_at_ - stir_began_));
  return now - stir_began_ >= next || now - walked_at_ >= kPurseShare * cost_;
}

bool PssPace::grows(const ResidentSize& size) const {
  return size.shareable_bytes > largest_shareable_ + rss_ / kShareThatMisleads;
}

double PssPace::purse(Time now) const {
  const std::chrono::duration<double> filling = now - walked_at_, cost = cost_;
  if (cost.count() <= 0) return kPurseWalks;
  return std::min(purse_walks_ + filling / cost / kPurseShare, kPurseWalks);
}

bool PssPace::is_due(const ResidentSize& size, Time now) const {
  const auto since = now - walked_at_;
  if (since >= kPause * cost_) return true;
  if (since < kPauseOnAMove * cost_) return false;
  if (grows(size)) return true;
  const bool moves = moves_ != moves_seen_ || moved(size) > rss_ / kShareThatMatters;
  return (moves || is_stirred(now)) && purse(now) >= 1;
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
  // What a process maps while it starts is more than a purse is for, and ends: each time it is a
  // quarter more than it ever was.
  const double price = grows(size) ? 0 : 1;
  purse_walks_ = std::max(0.0, purse(now) - price);
  if (moved(size) > rss_ / kShareThatMatters) ++moves_;
  moves_seen_ = moves_;
  // Both of one walk: a process that grows has passed `size` by now.
  rss_ = walked_rss;
  shareable_ = size.shareable_bytes;
  largest_shareable_ = std::max(largest_shareable_, shareable_);
  others_.reset();
  if (pss) others_ = rss_ - std::min(*pss, rss_);
  walked_at_ = now;
  cost_ = cost;
}

}  // namespace jetmeter
