// The sums over a process's /proc/PID/smaps, which has a paragraph for every mapping: what
// smaps_rollup tells at once, on kernels that do not have that (Linux 4.14 brought it). Pure and
// total; the text comes in pieces that may end anywhere. Does not allocate.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace jetmeter {

class SmapsSums {
 public:
  void add(std::string_view piece);
  // Of the lines that have ended; absent when there was none.
  std::optional<std::uint64_t> pss_bytes() const { return pss_; }
  std::optional<std::uint64_t> rss_bytes() const { return rss_; }

 private:
  void end_line();

  // Of a longer line, which is a mapping's with its path, the beginning is enough.
  std::array<char, 80> line_{};
  std::size_t length_ = 0;
  std::optional<std::uint64_t> pss_, rss_;
};

}  // namespace jetmeter
