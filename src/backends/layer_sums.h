// The sums of a profile of layers that is told run by run. The first run, which is cold, is kept
// apart: it is the profile only where no other run came.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/backend.h"

namespace jetmeter {

// Why Session::layers() has nothing to tell.
inline constexpr std::string_view kNotProfiled =
    "the layers were not timed: the model was loaded without profile_layers";
inline constexpr std::string_view kNoRunProfiled = "no run was timed, so no layer was";

class LayerSums {
 public:
  // The number of the layer of this key, which is made at the first call. Names need not be unique.
  std::size_t layer(const std::string& key, std::string_view name, std::string_view type,
                    std::string_view device);
  // A call of a layer in the run that is under way; `begin` on a clock of the caller's choice.
  void add(std::size_t layer, Nanoseconds begin, Nanoseconds time);
  void end_run();
  // In the order in which they first began. What came after the last end_run() is left out.
  // Fails when no run ended.
  Result<std::vector<LayerTime>> layers() const;

 private:
  struct Call {
    std::size_t layer;
    Nanoseconds begin, time;
  };
  std::map<std::string, std::size_t> numbers_;
  std::vector<LayerTime> cold_, warm_;  // by number
  std::vector<Call> run_;
  std::int64_t runs_ = 0;
};

}  // namespace jetmeter
