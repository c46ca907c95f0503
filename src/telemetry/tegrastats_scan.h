// Steps over the text of a tegrastats line. A step that does not match leaves the text as it was.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace jetmeter {

class TegrastatsScan {
 public:
  explicit TegrastatsScan(std::string_view text) : text_(text) {}

  std::string_view rest() const { return text_; }
  bool at_end() const { return text_.empty(); }
  bool at_boundary() const { return text_.empty() || is_blank(text_.front()); }

  void skip_blanks() {
    text_.remove_prefix(count([](char c) { return is_blank(c); }));
  }
  std::string_view word() {
    return take(count([](char c) { return !is_blank(c); }));
  }
  std::string_view name() {
    return take(count(
        [](char c) { return is_digit(c) || is_letter(c) || c == '_' || c == '-' || c == '.'; }));
  }
  std::string_view until(std::string_view stops) {
    return take(count([&](char c) { return stops.find(c) == stops.npos; }));
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
  // power of ten that divides them. from_chars of g++ 11 goes through the locale, at ten times the
  // cost.
  std::optional<double> decimal() {
    std::uint64_t digits = 0;
    std::size_t length = 0, point = 0;
    for (; length < text_.size(); ++length) {
      const char c = text_[length];
      if (is_digit(c)) {
        if (length - (point > 0 ? 1 : 0) == kMostDigits) return std::nullopt;
        digits = digits * 10 + static_cast<std::uint64_t>(c - '0');
      } else if (c == '.' && point == 0 && length > 0 && length + 1 < text_.size() &&
                 is_digit(text_[length + 1])) {
        point = length;
      } else {
        break;
      }
    }
    if (length == 0) return std::nullopt;
    text_.remove_prefix(length);
    const auto value = static_cast<double>(digits);
    return point == 0 ? value : value / kPowersOfTen[length - point - 1];
  }

  std::optional<double> signed_decimal() {
    const auto before = text_;
    const bool negative = eat('-');
    const auto value = decimal();
    if (!value) text_ = before;
    return value && negative ? -*value : value;
  }

  static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
  static bool is_letter(char c) { return is_capital(c) || (c >= 'a' && c <= 'z'); }

 private:
  static constexpr std::size_t kMostDigits = 15;
  static constexpr double kPowersOfTen[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                            1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

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
