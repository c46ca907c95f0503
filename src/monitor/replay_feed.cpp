#include <algorithm>

#include "monitor/cells.h"
#include "monitor/feed.h"
#include "monitor/readings.h"

namespace jetmeter {
namespace {

constexpr double kSlowest = 1.0 / 16, kFastest = 4096;

std::optional<std::uint64_t> bytes(std::optional<double> value) {
  constexpr double kMost = 1e18;
  if (!value || !(*value >= 0) || *value > kMost) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

// The tool runs on a Tegra only, and says of some of them neither GPU nor memory controller.
bool tells_of_tegra(const MonitorView& view) {
  return std::ranges::any_of(view.channels, [](const MonitorChannel& channel) {
    return channel.name.starts_with("tegrastats.");
  });
}

// Only a Jetson has these; a recording that has none of them says nothing of the kind.
MemoryArchitecture architecture_of(const MonitorView& view) {
  if (view.machine) return view.machine->memory_architecture;
  if (tells_of_tegra(view) || view.find("memory.nvmap") || view.find("memory.nvmap_clients") ||
      view.find("load.emc") || view.find("clock.emc") || view.find("load.gpu"))
    return MemoryArchitecture::unified;
  return view.find("memory.gpu0_total") ? MemoryArchitecture::discrete : MemoryArchitecture::host;
}

// tegrastats tells what is in use, and that is what it calls neither free nor cache.
Ledger recorded_ledger(const MonitorView& view) {
  Ledger ledger;
  ledger.architecture = architecture_of(view);
  const auto total = bytes(view.value("memory.total"));
  if (!total) return ledger;
  const bool unified = ledger.architecture == MemoryArchitecture::unified;
  Pool pool{unified ? "DRAM (CPU and GPU)" : "RAM", PoolBytes(*total), {}};
  const auto available = bytes(view.value("memory.available"));
  const auto used = bytes(view.value("memory.used"));
  if (available)
    pool.available = PoolBytes(*available);
  else if (used && *used <= *total)
    pool.available = PoolBytes(*total - *used);
  ledger.pools.push_back(pool);
  const auto add = [&](std::string name, std::string_view channel, std::string note) {
    if (const auto amount = bytes(view.value(channel)))
      ledger.views.push_back({std::move(name), 0, ViewBytes(*amount), std::move(note)});
  };
  add("free", "memory.free", "holds nothing at all");
  const bool apart = view.find("memory.shared") != nullptr;
  add(std::string(kPageCacheView), "memory.cached",
      std::string(apart ? kPageCacheNote : kSharedCacheNote));
  add("shared memory", "memory.shared", "of processes and tmpfs, not given back");
  if (!unified) return ledger;
  if (view.value("memory.nvmap"))
    add(std::string(kNvmapView), "memory.nvmap", std::string(kNvmapNote));
  else if (view.value("memory.nvmap_clients").value_or(0) > 0)  // Thor's driver takes it elsewhere
    add(std::string(kNvmapView), "memory.nvmap_clients", std::string(kNvmapListNote));
  return ledger;
}

// The workers of a run: each is a source of its own.
std::vector<MonitorProcess> recorded_processes(const MonitorView& view) {
  std::vector<MonitorProcess> all;
  for (const auto& channel : view.channels) {
    if (!channel.name.starts_with("process.")) continue;
    auto known = std::ranges::find(all, channel.source, &MonitorProcess::name);
    if (known == all.end()) {
      all.push_back({0, channel.source, {}, {}, {}});
      known = all.end() - 1;
    }
    if (channel.name == "process.pss") known->pss_bytes = bytes(channel.latest);
    if (channel.name == "process.rss") known->rss_bytes = bytes(channel.latest);
    if (channel.name == "process.gpu") known->gpu_bytes = bytes(channel.latest);
  }
  std::ranges::stable_sort(all, std::greater(), [](const auto& p) {
    return std::max(p.pss_bytes.value_or(0), p.gpu_bytes.value_or(0));
  });
  return all;
}

class ReplayFeed : public Feed {
 public:
  ReplayFeed(Recording recording, const ReplayOptions& options, ReadingLog* log)
      : recording_(std::move(recording)), options_(options), log_(log) {
    options_.speed = std::clamp(options_.speed, kSlowest, kFastest);
    fetch();
    if (next_) position_ = next_->at;
  }

  void advance(Nanoseconds passed) override {
    if (!next_) return;
    constexpr double kLongestStep = 1e15;
    const auto step = static_cast<double>(passed.count()) * options_.speed;
    position_ += Nanoseconds(static_cast<std::int64_t>(std::min(step, kLongestStep)));
    while (next_ && next_->at <= position_) {
      const auto before = next_->at;
      take();
      // Another recording begins in the same file, or nothing was recorded for long: nobody waits.
      constexpr Nanoseconds kLongestPause = std::chrono::minutes(1);
      if (next_ && (next_->at < before || next_->at - before > kLongestPause))
        position_ = next_->at;
    }
  }

  void finish() override {
    while (next_) take();
  }

  void show(MonitorView& view) override {
    readings_.show(view);
    view.time = time_;
    view.local_time = local_time_;
    view.interval = options_.interval;
    view.machine = options_.machine;
    view.ledger = recorded_ledger(view);
    view.processes = recorded_processes(view);
    view.process_note.clear();
    view.unknown.clear();
    if (const auto& words = recording_.unknown_words(); words.count > 0)
      view.unknown.push_back({"tegrastats", words});
    view.replay = ReplayState{printable(options_.name), recording_.share(), recording_.bad_lines(),
                              options_.speed, !next_};
  }

  void change_pace(bool plus) override {
    options_.speed = std::clamp(plus ? options_.speed * 2 : options_.speed / 2, kSlowest, kFastest);
  }

  Nanoseconds interval() const override { return options_.interval; }

 private:
  void fetch() {
    next_.emplace();
    if (!recording_.next(*next_)) next_.reset();
  }

  void take() {
    const auto& reading = *next_;
    time_ = reading.time;
    local_time_ = reading.local_time;
    if (reading.gap) {
      if (log_)
        log_->gap(reading.time, reading.at, reading.source, *reading.gap, reading.local_time);
      readings_.gap(reading.at, reading.source, *reading.gap);
    } else {
      if (log_)
        log_->reading(reading.time, reading.at, reading.source, reading.channels, reading.values,
                      reading.local_time);
      readings_.take(reading.at, reading.source, reading.channels, reading.values);
    }
    fetch();
  }

  Recording recording_;
  ReplayOptions options_;
  ReadingLog* log_;
  Readings readings_;
  Nanoseconds position_{0};
  std::optional<WallTime> time_;
  std::string local_time_;
  std::optional<RecordedReading> next_;
};

}  // namespace

std::unique_ptr<Feed> replay_feed(Recording recording, const ReplayOptions& options,
                                  ReadingLog* log) {
  return std::make_unique<ReplayFeed>(std::move(recording), options, log);
}

}  // namespace jetmeter
