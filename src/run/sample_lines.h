#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "jetmeter/load.h"

namespace jetmeter {

// The lines of frames.jsonl for the samples of one slot in one pass. Hundreds of thousands come in
// a second: a line costs about a tenth of a microsecond, and many go into one text.
class SampleLines {
 public:
  SampleLines(const std::string& slot, const std::string& pass);
  void add(const LoadSample&);
  // A line each, without the last newline.
  std::string_view text() const { return text_; }
  void clear() { text_.clear(); }

 private:
  void put(std::string_view key, std::int64_t value);

  std::string head_;                             // up to the first number
  std::array<std::string, kStages> stage_keys_;  // ,"compute_ns":
  std::string text_;
};

}  // namespace jetmeter
