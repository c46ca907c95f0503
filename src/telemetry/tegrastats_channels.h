// The channels that a tegrastats line fills, and their values.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/tegrastats.h"
#include "jetmeter/telemetry.h"

namespace jetmeter {

// Learns its channels from one line and finds their values in others, also where these have the
// fields in another order, or lack some. A field that the first line did not have is passed over.
class TegrastatsChannels {
 public:
  explicit TegrastatsChannels(const TegrastatsLine& first);

  std::span<const Channel> channels() const { return channels_; }
  // One slot per channel. Does not allocate.
  void fill(const TegrastatsLine&, std::span<std::optional<double>> out) const;

 private:
  std::vector<Channel> channels_;
  // What told the channel: a quantity ("power.") and the name that the tool gave its subject.
  struct Key {
    std::string_view quantity;
    std::string subject;
  };
  std::vector<Key> keys_;
};

}  // namespace jetmeter
