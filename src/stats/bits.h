#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace jetmeter::stats {

// A series of 0 and 1.
class Bits {
 public:
  explicit Bits(std::size_t size) : size_(size), words_(size / kWord + 1) {}

  std::size_t size() const { return size_; }
  bool at(std::size_t i) const { return (words_[i / kWord] >> (i % kWord) & 1U) != 0; }
  void set(std::size_t i, bool value) {
    words_[i / kWord] |= static_cast<std::uint64_t>(value) << (i % kWord);
  }

  // How often 1 stands at `lag` after a 1; for 0 how many are 1.
  std::size_t pairs(std::size_t lag) const {
    const auto words = lag / kWord, shift = lag % kWord;
    std::size_t count = 0;
    for (std::size_t i = words; i < words_.size(); ++i) {
      auto later = words_[i] >> shift;
      if (shift > 0 && i + 1 < words_.size()) later |= words_[i + 1] << (kWord - shift);
      count += static_cast<std::size_t>(std::popcount(words_[i - words] & later));
    }
    return count;
  }

 private:
  static constexpr std::size_t kWord = 64;
  std::size_t size_;
  std::vector<std::uint64_t> words_;  // 0 beyond the last of the series
};

}  // namespace jetmeter::stats
