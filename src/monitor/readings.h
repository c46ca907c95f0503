// What came from the sources: the newest values and those of the last minutes. Memory is bounded by
// the time that is kept. One thread at a time.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/telemetry.h"
#include "monitor/view.h"

namespace jetmeter {

class Readings {
 public:
  // Times that go back begin a new story: what was before it is forgotten.
  void take(Nanoseconds at, std::string_view source, std::span<const Channel>,
            std::span<const std::optional<double>>);
  // A source that does not answer has no newest values; an empty reason: it answers again.
  void gap(Nanoseconds at, std::string_view source, std::string_view reason);

  // Fills `channels`, `at`, and `missing` with the sources that fell silent.
  void show(MonitorView&) const;

 private:
  struct Kept {
    MonitorChannel channel;  // its history is empty here
    std::deque<HistoryPoint> points;
  };
  Kept& kept(std::string_view source, const Channel&);

  std::vector<Kept> all_;
  std::vector<MissingSource> silent_;
  Nanoseconds newest_{0};
};

}  // namespace jetmeter
