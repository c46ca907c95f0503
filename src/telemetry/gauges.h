// The commonest kind of source: every channel is the one number in one file.
#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "jetmeter/telemetry.h"
#include "telemetry/kernel_file.h"

namespace jetmeter {

// From what a file says to what a channel says. A number outside [lowest, highest], both as the
// file has them, is no reading.
struct GaugeScale {
  double factor = 1;
  double lowest = 0;
  double highest = std::numeric_limits<double>::max();
};

class Gauges : public Source {
 public:
  // Adds nothing where the file cannot be opened. A name that is taken gets a number.
  void add(std::string name, Unit, const std::filesystem::path&, GaugeScale = {});

  std::span<const Channel> channels() const override { return channels_; }
  void read(std::span<std::optional<double>> out) override;

 private:
  struct Gauge {
    KernelFile file;
    GaugeScale scale;
  };
  std::vector<Channel> channels_;
  std::vector<Gauge> gauges_;
};

}  // namespace jetmeter
