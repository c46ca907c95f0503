#include "telemetry/sampler_core.h"

#include <time.h>

#include <algorithm>

namespace jetmeter {
namespace {

constexpr std::size_t kSample = 4096;  // readings for p95, per channel
constexpr std::size_t kHistory = 2048;
constexpr int kPatience = 3;      // readings without a value, until a source counts as lost
constexpr int kMorePatience = 2;  // with one that was resumed, and has yet to say its first word
constexpr int kLongestGap = 5;    // periods that a trapezoid may bridge
constexpr Nanoseconds kFirstPause = std::chrono::seconds(1);
constexpr Nanoseconds kLongestPause = std::chrono::minutes(1);

Nanoseconds thread_cpu_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

// The sampler's interval, or the next multiple of it that the source can bear.
Nanoseconds period_of(Nanoseconds interval, Nanoseconds shortest) {
  const auto ticks = (shortest + interval - Nanoseconds(1)) / interval;
  return interval * std::max<std::int64_t>(ticks, 1);
}

bool any_value(const std::vector<std::optional<double>>& values) {
  return std::any_of(values.begin(), values.end(), [](const auto& v) { return v.has_value(); });
}

}  // namespace

SamplerCore::SamplerCore(const Sampler::Options& options)
    : host_(options.host),
      interval_(options.interval),
      sink_(options.sink),
      programs_seconds_(kHistory) {
  const auto all = source_kinds();
  auto kinds = options.kinds;
  if (kinds.empty()) kinds.assign(all.begin(), all.end());
  for (const auto* kind : kinds) {
    auto entry = std::make_unique<Entry>();
    entry->kind = kind;
    entry->report.name = kind->name;
    entry->shortest_period = kind->shortest_period;
    set_period(*entry);
    open(*entry);
    entries_.push_back(std::move(entry));
  }
}

SamplerCore::~SamplerCore() = default;

void SamplerCore::set_period(Entry& entry) const {
  entry.period = period_of(interval_, entry.shortest_period);
  for (auto& kept : entry.kept)
    if (kept.energy) kept.energy->set_longest_gap(kLongestGap * entry.period);
}

void SamplerCore::open(Entry& entry) {
  auto source = entry.kind->open(host_);
  if (!source) {
    entry.report.reason = source.error().what;
    return;
  }
  adopt(entry, std::move(*source));
}

// A source that was opened again may have other channels than before; those that it had go on.
void SamplerCore::adopt(Entry& entry, std::unique_ptr<Source> source) {
  entry.source = std::move(source);
  const auto channels = entry.source->channels();
  entry.now.assign(channels.size(), std::nullopt);
  entry.place.clear();
  for (const auto& channel : channels) {
    const auto known = std::find_if(entry.kept.begin(), entry.kept.end(), [&](const Kept& kept) {
      return kept.channel.name == channel.name;
    });
    entry.place.push_back(static_cast<std::size_t>(known - entry.kept.begin()));
    if (known != entry.kept.end()) continue;
    entry.kept.push_back({channel, ChannelStats(kSample), History(kHistory), {}});
    if (channel.unit == Unit::watt)
      entry.kept.back().energy.emplace(kHistory, kLongestGap * entry.period);
  }
  entry.report.open = true;
  entry.report.reason.clear();
  entry.fruitless = 0;
  entry.unknown_before = entry.report.unknown.count;
  entry.unknown_told = 0;
  entry.programs_told = Nanoseconds{0};
}

void SamplerCore::add(std::string name, std::unique_ptr<Source> source,
                      Nanoseconds shortest_period) {
  auto entry = std::make_unique<Entry>();
  entry->report.name = std::move(name);
  entry->shortest_period = shortest_period;
  const std::scoped_lock lock(mutex_);
  set_period(*entry);
  adopt(*entry, std::move(source));
  arriving_.push_back(std::move(entry));
}

void SamplerCore::remove(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  leaving_.emplace_back(name);
}

void SamplerCore::set_interval(Nanoseconds interval) {
  const std::scoped_lock lock(mutex_);
  interval_ = interval;
  interval_changed_ = true;
}

void SamplerCore::take_changes(Nanoseconds now) {
  const std::scoped_lock lock(mutex_);
  for (auto& entry : arriving_) entries_.push_back(std::move(entry));
  arriving_.clear();
  for (const auto& name : leaving_) {
    for (auto& entry : entries_) {
      if (entry->kind || entry->report.name != name) continue;
      entry->removed = true;
      entry->source.reset();
      entry->report.open = false;
    }
  }
  leaving_.clear();
  if (!std::exchange(interval_changed_, false)) return;
  for (auto& entry : entries_) {
    set_period(*entry);
    // What was lost waits for its next opening as long as before.
    if (entry->source) entry->due = std::min(entry->due, (now / entry->period + 1) * entry->period);
  }
}

void SamplerCore::tick(Nanoseconds now, bool everything) {
  take_changes(now);
  charged_ = thread_cpu_time();
  for (auto& entry : entries_) {
    if (entry->removed || (now < entry->due && !everything)) continue;
    // On the grid of its own period, so that sources with the same one are read together.
    if (entry->source) {
      entry->due = (now / entry->period + 1) * entry->period;
      read(*entry, now);
    } else if (entry->pause > Nanoseconds{0} && now >= entry->due) {
      reopen(*entry, now);
    } else {
      continue;
    }
    charge(*entry);
  }
  if (sink_) sink_->tick_ended();
}

void SamplerCore::read(Entry& entry, Nanoseconds now) {
  entry.source->read(entry.now);
  const bool fruit = any_value(entry.now);
  const bool found = fruit && entry.pause > Nanoseconds{0};  // it was lost before
  {
    const std::scoped_lock lock(mutex_);
    entry.report.cost += take_programs(entry, now);
    ++entry.report.reads;
    keep(entry, now);
    take_unknown(entry);
    if (found) entry.report.open = true;
    if (found) entry.report.reason.clear();
  }
  if (fruit && sink_) sink_->reading(now, entry.report.name, entry.source->channels(), entry.now);
  if (found && sink_) sink_->gap(now, entry.report.name, {});
  if (found) entry.pause = Nanoseconds{0};
  entry.fruitless = fruit ? 0 : entry.fruitless + 1;
  if (entry.fruitless >= kPatience) lose(entry, now);
}

// With a source's reading, what was done to keep it and to make its line. One look at the thread's
// clock per source: it is a system call, which costs as much as reading a small file.
void SamplerCore::charge(Entry& entry) {
  const auto now = thread_cpu_time();
  const std::scoped_lock lock(mutex_);
  entry.report.cost += now - std::exchange(charged_, now);
}

void SamplerCore::keep(Entry& entry, Nanoseconds now) {
  for (std::size_t i = 0; i < entry.now.size(); ++i) {
    if (!entry.now[i]) continue;
    auto& kept = entry.kept[entry.place[i]];
    kept.stats.add(*entry.now[i]);
    kept.history.add(now, *entry.now[i]);
    if (kept.energy) kept.energy->add(now, *entry.now[i]);
  }
}

void SamplerCore::take_unknown(Entry& entry) {
  const auto* told = entry.source->unknown_words();
  if (!told) return;
  auto& known = entry.report.unknown;
  known.count = entry.unknown_before + told->count;
  known.more = known.more || told->more;
  for (; entry.unknown_told < told->words.size(); ++entry.unknown_told)
    known.keep(told->words[entry.unknown_told]);
}

// CPU time that the source's programs took since they were last asked.
Nanoseconds SamplerCore::take_programs(Entry& entry, Nanoseconds now) {
  const auto so_far = entry.source->cpu_time_of_programs();
  const auto since = so_far - std::exchange(entry.programs_told, so_far);
  programs_ += since;
  if (so_far > Nanoseconds{0})
    programs_seconds_.add(now, std::chrono::duration<double>(programs_).count());
  return since;
}

void SamplerCore::lose(Entry& entry, Nanoseconds now) {
  const bool known = entry.pause > Nanoseconds{0};  // opened again in vain: the gap goes on
  entry.pause = known ? std::min(entry.pause * 2, kLongestPause) : kFirstPause;
  entry.due = now + entry.pause;
  {
    const std::scoped_lock lock(mutex_);
    entry.report.open = false;
    entry.report.reason = "no value in " + std::to_string(kPatience) + " readings in a row";
    if (!known) ++entry.report.gaps;
  }
  if (entry.kind && entry.source->suspend()) entry.suspended = std::move(entry.source);
  entry.source.reset();
  if (!known && sink_) sink_->gap(now, entry.report.name, entry.report.reason);
  if (!entry.kind) entry.removed = true;
}

void SamplerCore::reopen(Entry& entry, Nanoseconds now) {
  if (const auto begun = begin_again(entry); !begun) {
    entry.pause = std::min(entry.pause * 2, kLongestPause);
    entry.due = now + entry.pause;
    const std::scoped_lock lock(mutex_);
    entry.report.reason = begun.error().what;
    return;
  }
  entry.due = (now / entry.period + 1) * entry.period;
  read(entry, now);
}

Result<void> SamplerCore::begin_again(Entry& entry) {
  if (entry.suspended) {
    if (auto resumed = entry.suspended->resume(); !resumed) return resumed;
    entry.source = std::move(entry.suspended);
    entry.fruitless = -kMorePatience;
    return {};
  }
  auto source = entry.kind->open(host_);
  if (!source) return tl::make_unexpected(source.error());
  const std::scoped_lock lock(mutex_);
  adopt(entry, std::move(*source));
  return {};
}

std::vector<SourceReport> SamplerCore::sources() const {
  const std::scoped_lock lock(mutex_);
  std::vector<SourceReport> reports;
  for (const auto& entry : entries_) reports.push_back(entry->report);
  return reports;
}

std::vector<ChannelReport> SamplerCore::channels(std::string_view source) const {
  const std::scoped_lock lock(mutex_);
  std::vector<ChannelReport> reports;
  for (const auto& entry : entries_) {
    if (source.empty() ? !entry->kind : entry->report.name != source) continue;
    for (const auto& kept : entry->kept) {
      ChannelReport report{kept.channel.name, kept.channel.unit, 0, {}, {}, {}, {}, {}};
      kept.stats.report(report);
      reports.push_back(std::move(report));
    }
  }
  return reports;
}

const SamplerCore::Kept* SamplerCore::find(std::string_view channel,
                                           std::string_view source) const {
  for (const auto& entry : entries_) {
    if (source.empty() ? !entry->kind : entry->report.name != source) continue;
    for (const auto& kept : entry->kept)
      if (kept.channel.name == channel) return &kept;
  }
  return nullptr;
}

std::vector<HistoryPoint> SamplerCore::history(std::string_view channel,
                                               std::string_view source) const {
  const std::scoped_lock lock(mutex_);
  const auto* kept = find(channel, source);
  return kept ? kept->history.points() : std::vector<HistoryPoint>();
}

std::optional<Energy> SamplerCore::energy(std::string_view channel, Nanoseconds from,
                                          Nanoseconds to) const {
  const std::scoped_lock lock(mutex_);
  const auto* kept = find(channel, {});
  return kept && kept->energy ? kept->energy->between(from, to) : std::nullopt;
}

Nanoseconds SamplerCore::cpu_time_of_programs() const {
  const std::scoped_lock lock(mutex_);
  return programs_;
}

std::vector<HistoryPoint> SamplerCore::cpu_seconds_of_programs() const {
  const std::scoped_lock lock(mutex_);
  return programs_seconds_.points();
}

}  // namespace jetmeter
