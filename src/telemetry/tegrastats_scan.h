// Steps over the text of a tegrastats line. A step that does not match leaves the text as it was.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace jetmeter {

// Classes of characters; those of <cctype> ask the locale.
namespace ascii {
constexpr bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_letter(char c) {
  return is_capital(c) || (c >= 'a' && c <= 'z');
}

// What names are made of, which is half of a line.
constexpr auto kInNames = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char c = static_cast<char>(i);
    table[i] = is_digit(c) || is_letter(c) || c == '_' || c == '-' || c == '.';
  }
  return table;
}();
}  // namespace ascii

class TegrastatsScan {
 public:
  explicit TegrastatsScan(std::string_view text) : text_(text) {}

  std::string_view rest() const { return text_; }
  bool at_end() const { return text_.empty(); }
  bool at_boundary() const { return text_.empty() || ascii::is_blank(text_.front()); }

  void skip_blanks() {
    text_.remove_prefix(count([](char c) { return ascii::is_blank(c); }));
  }
  std::string_view word() {
    return take(count([](char c) { return !ascii::is_blank(c); }));
  }
  std::string_view name() {
    return take(count([](char c) { return ascii::kInNames[static_cast<unsigned char>(c)]; }));
  }
  std::string_view until(char stop, char other_stop) {
    return take(count([&](char c) { return c != stop && c != other_stop; }));
  }

  bool eat(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool eat(std::string_view expected) {
    if (!text_.starts_with(expected)) return false;
    text_.remove_prefix(expected.size());
    return true;
  }

  std::optional<std::uint64_t> whole() {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc()) return std::nullopt;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }

  // "52.562", exactly as strtod would read it: up to 15 digits are a whole double, and so is the
  // power of ten that divides them. from_chars of g++ 11 calls strtod under a switched locale.
  std::optional<double> decimal() {
    std::uint64_t digits = 0;
    const auto whole_length = take_digits(0, digits);
    auto length = whole_length;
    std::size_t decimals = 0;
    if (length > 0 && length + 1 < text_.size() && text_[length] == '.') {
      decimals = take_digits(length + 1, digits);
      if (decimals > 0) length += 1 + decimals;
    }
    if (whole_length == 0 || whole_length + decimals > kMostDigits) return std::nullopt;
    text_.remove_prefix(length);
    const auto value = static_cast<double>(digits);
    return decimals == 0 ? value : value / kPowersOfTen[decimals];
  }

  std::optional<double> signed_decimal() {
    const auto before = text_;
    const bool negative = eat('-');
    const auto value = decimal();
    if (!value) text_ = before;
    return value && negative ? -*value : value;
  }

 private:
  static constexpr std::size_t kMostDigits = 15;
  static constexpr double kPowersOfTen[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                            1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

  // Appends the digits that stand at `begin` to `value`, which may overflow; their number.
  std::size_t take_digits(std::size_t begin, std::uint64_t& value) const {
    auto end = begin;
    for (; end < text_.size() && ascii::is_digit(text_[end]); ++end)
      value = value * 10 + static_cast<std::uint64_t>(text_[end] - '0');
    return end - begin;
  }

  template <typename Predicate>
  std::size_t count(Predicate belongs) const {
    std::size_t n = 0;
    while (n < text_.size() && belongs(text_[n])) ++n;
    return n;
  }
  std::string_view take(std::size_t n) {
    const auto taken = text_.substr(0, n);
    text_.remove_prefix(n);
    return taken;
  }

  std::string_view text_;
};

}  // namespace jetmeter
