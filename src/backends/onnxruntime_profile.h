// The profile that ONNX Runtime writes at the end of a session: a JSON list of trace events, one a
// line, about 700 bytes for each call of a node. Read line by line, so that only the sums are held;
// the runtime itself records no more than its first million events.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "backends/layer_sums.h"
#include "jetmeter/backend.h"

namespace jetmeter {

class OrtProfileReader {
 public:
  // Fails on a line that is neither an event nor a bracket of the list.
  Result<void> take(std::string_view line);
  // Of the runs that the profile holds from begin to end; see LayerSums. A node that runs other
  // nodes (If, Loop) has the time that is not theirs.
  Result<std::vector<LayerTime>> layers() const { return sums_.layers(); }

 private:
  struct Span {
    std::int64_t begin, duration;  // us
  };
  std::int64_t own_time(Span);

  LayerSums sums_;
  std::vector<Span> ended_;         // in this run, those that no other node is known to have run
  std::int64_t time_in_nodes_ = 0;  // us
  std::int64_t line_ = 0;
};

// A whole profile.
Result<std::vector<LayerTime>> parse_ort_profile(std::string_view text);

}  // namespace jetmeter
