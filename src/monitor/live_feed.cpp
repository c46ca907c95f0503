#include <algorithm>
#include <array>
#include <mutex>
#include <thread>

#include "jetmeter/monitor.h"
#include "jetmeter/sampler.h"
#include "monitor/feed.h"
#include "monitor/process_table.h"
#include "monitor/readings.h"

namespace jetmeter {
namespace {

// The sampler's thread fills it, the viewer's thread copies it.
class LiveSink : public SampleSink {
 public:
  explicit LiveSink(ReadingLog* log) : log_(log) {}

  void reading(Nanoseconds at, std::string_view source, std::span<const Channel> channels,
               std::span<const std::optional<double>> values) override {
    if (log_) log_->reading(system_clock().wall(), at, source, channels, values);
    const std::scoped_lock lock(mutex_);
    readings_.take(at, source, channels, values);
  }
  void gap(Nanoseconds at, std::string_view source, std::string_view reason) override {
    if (log_) log_->gap(system_clock().wall(), at, source, reason);
    const std::scoped_lock lock(mutex_);
    readings_.gap(at, source, reason);
  }
  void show(MonitorView& view) {
    const std::scoped_lock lock(mutex_);
    readings_.show(view);
  }

 private:
  ReadingLog* log_;
  std::mutex mutex_;
  Readings readings_;
};

class LiveFeed : public Feed {
 public:
  LiveFeed(const Host& host, Nanoseconds interval, ReadingLog* log)
      : host_(host),
        machine_(identify_machine(host)),
        sink_(log),
        interval_(interval),
        processes_(host, !machine_.gpus.empty()),
        sampler_({.host = host, .interval = interval, .sink = &sink_, .kinds = {}}) {}

  void advance(Nanoseconds) override {}

  void finish() override { sampler_.stop(); }

  void show(MonitorView& view) override {
    sink_.show(view);
    view.time = system_clock().wall();
    view.local_time.clear();
    view.interval = interval_;
    view.machine = machine_;
    view.ledger = read_ledger(host_, machine_.memory_architecture);
    view.unknown.clear();
    for (const auto& source : sampler_.sources()) {
      if (source.unknown.count > 0) view.unknown.push_back({source.name, source.unknown});
      const bool named =
          std::ranges::find(view.missing, source.name, &MissingSource::name) != view.missing.end();
      if (!source.open && !named) view.missing.push_back({source.name, source.reason});
    }
    processes_.show(view);
  }

  void change_pace(bool plus) override {
    constexpr std::array<int, 8> kMilliseconds{100, 200, 500, 1000, 2000, 5000, 10000, 30000};
    auto next = interval_;
    for (const int milliseconds : kMilliseconds) {
      const Nanoseconds step = std::chrono::milliseconds(milliseconds);
      if (plus && step > interval_) {
        next = step;
        break;
      }
      if (!plus && step < interval_) next = step;
    }
    if (next == interval_) return;
    interval_ = next;
    sampler_.set_interval(next);
  }

  Nanoseconds interval() const override { return interval_; }

 private:
  Host host_;
  Machine machine_;
  LiveSink sink_;
  Nanoseconds interval_;
  ProcessTable processes_;
  Sampler sampler_;
};

}  // namespace

std::unique_ptr<Feed> live_feed(const Host& host, Nanoseconds interval, ReadingLog* log) {
  return std::make_unique<LiveFeed>(host, interval, log);
}

}  // namespace jetmeter
