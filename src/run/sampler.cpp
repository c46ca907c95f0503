#include "run/sampler.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "jetmeter/stats.h"
#include "run/process.h"

namespace jetmeter {
namespace {

std::string metrics_line(const Clock& clock, std::string_view source,
                         nlohmann::ordered_json values) {
  return nlohmann::ordered_json{{"time", format_utc(clock.wall())},
                                {"monotonic_ns", clock.monotonic().count()},
                                {"source", source},
                                {"values", std::move(values)}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

Sampler::Sampler(RunDir& dir, Options options) : dir_(dir), options_(std::move(options)) {
  for (const auto* kind : source_kinds()) {
    Entry entry{.kind = kind};
    if (auto opened = kind->open(options_.host)) {
      entry.source = std::move(*opened);
      entry.now.resize(entry.source->channels().size());
      entry.readings.resize(entry.now.size());
    } else {
      entry.reason = opened.error().what;
    }
    entries_.push_back(std::move(entry));
  }
  thread_ = std::thread([this] { loop(); });
}

Sampler::~Sampler() {
  stop();
}

void Sampler::watch(const std::string& slot, pid_t pid) {
  const std::scoped_lock lock(mutex_);
  watched_.push_back({slot, pid});
}

void Sampler::forget(pid_t pid) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(watched_, [&](const Watched& watched) { return watched.pid == pid; });
}

void Sampler::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Sampler::loop() {
  auto next = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    tick();
    // A tick that was missed is not made up for: the readings would be of the same moment.
    next = std::max(next + options_.interval, std::chrono::steady_clock::now());
    wake_.wait_until(lock, next, [&] { return stopped_; });
  }
  tick();
}

void Sampler::tick() {
  for (auto& entry : entries_)
    if (entry.source) read_source(entry);
  read_processes();
}

void Sampler::read_source(Entry& entry) {
  const auto begin = options_.clock->monotonic();
  entry.source->read(entry.now);
  entry.cost += options_.clock->monotonic() - begin;
  const auto channels = entry.source->channels();
  auto values = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (!entry.now[i]) continue;
    entry.readings[i].push_back(*entry.now[i]);
    values[channels[i].name] = *entry.now[i];
  }
  dir_.append(Stream::metrics, metrics_line(*options_.clock, entry.kind->name, std::move(values)));
}

void Sampler::read_processes() {
  std::map<pid_t, std::optional<std::uint64_t>> read;
  for (const auto& watched : watched_) {
    const auto [place, fresh] = read.try_emplace(watched.pid);
    if (fresh) place->second = pss_bytes(options_.host, watched.pid);
    if (!place->second) continue;
    footprints_[watched.slot].push_back(*place->second);
    dir_.append(Stream::metrics,
                metrics_line(*options_.clock, "worker",
                             {{"slot", watched.slot}, {"pss_bytes", *place->second}}));
  }
}

std::vector<TelemetrySourceRecord> Sampler::sources() const {
  std::vector<TelemetrySourceRecord> records;
  for (const auto& entry : entries_)
    records.push_back({std::string(entry.kind->name), entry.source ? "ok" : "absent", entry.reason,
                       std::chrono::duration<double>(entry.cost).count()});
  return records;
}

std::vector<ChannelRecord> Sampler::channels() const {
  std::vector<ChannelRecord> records;
  for (const auto& entry : entries_) {
    if (!entry.source) continue;
    const auto channels = entry.source->channels();
    for (std::size_t i = 0; i < channels.size(); ++i) {
      const auto summary = summarise(entry.readings[i]);
      records.push_back({channels[i].name, channels[i].unit, summary.n, summary.mean, summary.min,
                         summary.max, summary.p95});
    }
  }
  return records;
}

std::vector<std::uint64_t> Sampler::footprint(const std::string& slot) const {
  const std::scoped_lock lock(mutex_);
  const auto found = footprints_.find(slot);
  return found == footprints_.end() ? std::vector<std::uint64_t>{} : found->second;
}

}  // namespace jetmeter
