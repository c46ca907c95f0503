// The sampler without its thread: what is read at a tick, and what is kept of it.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jetmeter/sampler.h"
#include "telemetry/channel_stats.h"
#include "telemetry/energy_integral.h"
#include "telemetry/history.h"

namespace jetmeter {

// tick() belongs to one thread; everything else may be called from any.
class SamplerCore {
 public:
  explicit SamplerCore(const Sampler::Options&);
  ~SamplerCore();

  void add(std::string name, std::unique_ptr<Source>, Nanoseconds shortest_period);
  void remove(std::string_view name);
  void set_interval(Nanoseconds);  // from the next tick on
  // Reads what is due at `now`; with `everything`, also what is not.
  void tick(Nanoseconds now, bool everything = false);

  std::vector<SourceReport> sources() const;
  std::vector<ChannelReport> channels(std::string_view source) const;
  std::vector<HistoryPoint> history(std::string_view channel, std::string_view source) const;
  std::optional<Energy> energy(std::string_view channel, Nanoseconds from, Nanoseconds to) const;
  Nanoseconds cpu_time_of_programs() const;
  std::vector<HistoryPoint> cpu_seconds_of_programs() const;

 private:
  struct Kept {  // of one channel
    Channel channel;
    ChannelStats stats;
    History history;
    std::optional<EnergyIntegral> energy;
  };
  struct Entry {
    SourceReport report;
    const SourceKind* kind = nullptr;   // null: added by hand, cannot be opened again
    std::unique_ptr<Source> source;     // touched by the ticking thread only
    std::unique_ptr<Source> suspended;  // lost, and to be resumed; `source` is then null
    Nanoseconds shortest_period{0}, period{0}, due{0};
    std::vector<std::optional<double>> now;
    std::vector<std::size_t> place;  // in `kept`, per channel of the source
    std::vector<Kept> kept;
    int fruitless = 0;  // readings in a row without a value
    Nanoseconds pause{0};
    bool removed = false;
    std::int64_t unknown_before = 0;  // words that earlier openings did not understand
    std::size_t unknown_told = 0;     // of this opening's kept words, in the report
    Nanoseconds programs_told{0};     // of this opening's programs, in the report's cost
  };
  void open(Entry&);
  void set_period(Entry&) const;
  void adopt(Entry&, std::unique_ptr<Source>);
  void read(Entry&, Nanoseconds now);
  void keep(Entry&, Nanoseconds now);
  static void take_unknown(Entry&);
  Nanoseconds take_programs(Entry&, Nanoseconds now);
  void lose(Entry&, Nanoseconds now);
  void reopen(Entry&, Nanoseconds now);
  Result<void> begin_again(Entry&);
  void take_changes(Nanoseconds now);
  void charge(Entry&);
  const Kept* find(std::string_view channel, std::string_view source) const;

  Host host_;
  Nanoseconds interval_;
  bool interval_changed_ = false;
  SampleSink* sink_;
  std::vector<std::unique_ptr<Entry>> entries_;  // grows and shrinks on the ticking thread only
  std::vector<std::unique_ptr<Entry>> arriving_;
  std::vector<std::string> leaving_;
  Nanoseconds charged_{0};   // CPU time of the ticking thread up to here is some source's cost
  Nanoseconds programs_{0};  // CPU time of all sources' programs
  History programs_seconds_;
  mutable std::mutex mutex_;
};

}  // namespace jetmeter
