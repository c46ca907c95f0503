#include "monitor/readings.h"

#include <algorithm>
#include <cmath>

#include "monitor/cells.h"

namespace jetmeter {
namespace {

// Sources that are read one after another may tell of moments in another order.
constexpr Nanoseconds kDisorder = std::chrono::seconds(2);
// A recording with a new name in every line must not fill the memory.
constexpr std::size_t kMostChannels = 1024;
constexpr std::size_t kMostPoints = 4096;

}  // namespace

Readings::Kept& Readings::kept(std::string_view source, const Channel& channel) {
  const auto found = std::ranges::find_if(all_, [&](const Kept& known) {
    return known.channel.name == channel.name && known.channel.source == source;
  });
  if (found != all_.end()) return *found;
  if (all_.size() >= kMostChannels) all_.erase(all_.begin());
  all_.push_back({{channel.name, channel.unit, std::string(source), {}, {}}, {}});
  return all_.back();
}

void Readings::take(Nanoseconds at, std::string_view source, std::span<const Channel> channels,
                    std::span<const std::optional<double>> values) {
  if (at + kDisorder < newest_) {
    all_.clear();
    newest_ = at;
  }
  newest_ = std::max(newest_, at);
  std::erase_if(silent_, [&](const MissingSource& silent) { return silent.name == source; });
  for (auto& known : all_)
    if (known.channel.source == source) known.channel.latest.reset();
  for (std::size_t i = 0; i < channels.size(); ++i) {
    auto& known = kept(source, channels[i]);
    if (!values[i] || !std::isfinite(*values[i])) continue;
    known.channel.latest = values[i];
    known.points.push_back({at, *values[i]});
    while (known.points.size() > kMostPoints || known.points.front().at + kCurveSpan < at)
      known.points.pop_front();
  }
}

void Readings::gap(Nanoseconds at, std::string_view source, std::string_view reason) {
  newest_ = std::max(newest_, at);
  std::erase_if(silent_, [&](const MissingSource& silent) { return silent.name == source; });
  if (reason.empty()) return;
  for (auto& known : all_)
    if (known.channel.source == source) known.channel.latest.reset();
  silent_.push_back({std::string(source), std::string(reason)});
}

void Readings::show(MonitorView& view) const {
  view.at = newest_;
  view.channels.clear();
  for (const auto& known : all_) {
    auto channel = known.channel;
    channel.name = printable(channel.name);
    channel.source = printable(channel.source);
    channel.history.assign(known.points.begin(), known.points.end());
    view.channels.push_back(std::move(channel));
  }
  view.missing.clear();
  for (const auto& [name, reason] : silent_)
    view.missing.push_back({printable(name), printable(reason)});
}

}  // namespace jetmeter
