// The channels that a tegrastats line fills, and their values.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/tegrastats.h"
#include "jetmeter/telemetry.h"

namespace jetmeter {

// The last channel is the board's power, where it is known which rails make it up.
//
// Learns its channels from one line and finds their values in others, also where these have the
// fields in another order, or lack some. A field that the first line did not have is passed over.
class TegrastatsChannels {
 public:
  explicit TegrastatsChannels(const TegrastatsLine& first);

  std::span<const Channel> channels() const { return channels_; }
  // One slot per channel. Does not allocate.
  void fill(const TegrastatsLine&, std::span<std::optional<double>> out) const;

 private:
  void find_board();
  std::optional<double> sum_of_board(std::span<const std::optional<double>> values) const;

  std::vector<Channel> channels_;
  // What told the channel: a quantity ("power.") and the name that the tool gave its subject.
  struct Key {
    std::string_view quantity;
    std::string subject;
  };
  std::vector<Key> keys_;           // one per channel that a field tells
  std::vector<std::size_t> board_;  // the channels whose sum is the board's power
};

}  // namespace jetmeter
