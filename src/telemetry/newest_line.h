// The newest whole line of a stream that comes in pieces, in a buffer of fixed size.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jetmeter {

class NewestLine {
 public:
  // A line that is longer than this is passed over.
  explicit NewestLine(std::size_t longest) : buffer_(longest) {}

  // Where the next piece is to be put; never empty.
  std::span<char> room() { return std::span(buffer_).subspan(filled_); }

  // `size` bytes were put there. Offers the lines that are whole now, newest first, until `wanted`
  // takes one, and keeps the beginning of the next.
  template <typename Wanted>
  void advance(std::size_t size, Wanted wanted) {
    filled_ += size;
    std::string_view text(buffer_.data(), filled_);
    if (too_long_ && !pass_over(text)) return;
    const auto whole = text.substr(0, text.rfind('\n') + 1);
    offer(whole, wanted);
    keep(text.substr(whole.size()));
  }

 private:
  // Drops the rest of a line whose beginning was dropped; false when it still goes on.
  bool pass_over(std::string_view& text) {
    const auto end = text.find('\n');
    too_long_ = end == text.npos;
    if (too_long_) filled_ = 0;
    text.remove_prefix(too_long_ ? text.size() : end + 1);
    return !too_long_;
  }

  template <typename Wanted>
  static void offer(std::string_view whole, Wanted wanted) {
    while (!whole.empty()) {
      whole.remove_suffix(1);
      const auto begin = whole.rfind('\n') + 1;  // npos + 1 is 0
      if (wanted(whole.substr(begin))) return;
      whole = whole.substr(0, begin);
    }
  }

  void keep(std::string_view beginning) {
    too_long_ = beginning.size() == buffer_.size();
    filled_ = too_long_ ? 0 : beginning.size();
    if (filled_ > 0) std::char_traits<char>::move(buffer_.data(), beginning.data(), filled_);
  }

  std::vector<char> buffer_;
  std::size_t filled_ = 0;
  bool too_long_ = false;
};

}  // namespace jetmeter
