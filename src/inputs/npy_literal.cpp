#include "inputs/npy_literal.h"

#include <fmt/format.h>

#include <charconv>

#include "inputs/extents.h"

namespace jetmeter {
namespace {

class LiteralReader {
 public:
  explicit LiteralReader(std::string_view text) : text_(text) {}

  Result<NpyLiteral> read() {
    skip_space();
    if (!take('{')) return damaged("a '{' is missing");
    for (skip_space(); !take('}'); skip_space()) {
      if (auto entry = read_entry(); !entry) return tl::make_unexpected(entry.error());
      skip_space();
      if (take(',')) continue;
      if (take('}')) break;
      return damaged("a ',' or '}' is missing");
    }
    skip_space();
    if (at_ != text_.size()) return damaged("something follows the '}'");
    if (!has_descr_ || !has_order_ || !has_shape_) {
      return damaged("one of 'descr', 'fortran_order' and 'shape' is missing");
    }
    return std::move(literal_);
  }

 private:
  tl::unexpected<Error> damaged(std::string_view what) const {
    return fail(fmt::format("has a damaged header: {} at its byte {}", what, at_));
  }

  void skip_space() {
    constexpr std::string_view kSpace = " \t\n\r\f";
    while (at_ < text_.size() && kSpace.find(text_[at_]) != std::string_view::npos) ++at_;
  }
  bool take(char c) {
    const bool there = at_ < text_.size() && text_[at_] == c;
    if (there) ++at_;
    return there;
  }
  bool take(std::string_view word) {
    const bool there = text_.substr(at_).starts_with(word);
    if (there) at_ += word.size();
    return there;
  }

  // Without escapes: no key and no type that is known has one.
  Result<std::string> read_string() {
    const char quote = take('\'') ? '\'' : '"';
    if (quote == '"' && !take('"')) return damaged("a string is missing");
    const auto end = text_.find(quote, at_);
    if (end == std::string_view::npos) return damaged("a string does not end");
    std::string content(text_.substr(at_, end - at_));
    if (content.find_first_of("\\\n") != std::string::npos) {
      return damaged("a string has an escape or a line's end");
    }
    at_ = end + 1;
    return content;
  }

  Result<void> read_entry() {
    const auto key = read_string();
    if (!key) return tl::make_unexpected(key.error());
    skip_space();
    if (!take(':')) return damaged("a ':' is missing");
    skip_space();
    bool* seen = *key == "descr"           ? &has_descr_
                 : *key == "fortran_order" ? &has_order_
                 : *key == "shape"         ? &has_shape_
                                           : nullptr;
    if (seen == nullptr) return damaged("an unknown key ends");
    if (*seen) return damaged("a key comes twice");
    *seen = true;
    if (seen == &has_descr_) return read_descr();
    return seen == &has_order_ ? read_order() : read_shape();
  }

  Result<void> read_descr() {
    if (at_ < text_.size() && (text_[at_] == '[' || text_[at_] == '(')) {
      return fail("holds structures, elements of several fields; save each field by itself");
    }
    auto descr = read_string();
    if (!descr) return tl::make_unexpected(descr.error());
    literal_.descr = std::move(*descr);
    return {};
  }

  Result<void> read_order() {
    literal_.fortran_order = take("True");
    if (!literal_.fortran_order && !take("False")) return damaged("True or False is missing");
    return {};
  }

  Result<void> read_shape() {
    if (!take('(')) return damaged("a '(' is missing");
    for (skip_space(); !take(')'); skip_space()) {
      if (literal_.shape.size() == kMostAxes) return damaged("too many axes");
      if (auto extent = read_extent(); !extent) return extent;
      skip_space();
      if (take(',')) continue;
      if (literal_.shape.size() == 1) return damaged("the ',' of a tuple of one is missing");
      if (take(')')) break;
      return damaged("a ',' or ')' is missing");
    }
    return {};
  }

  // Python 2 wrote long numbers with an L.
  Result<void> read_extent() {
    std::int64_t extent = 0;
    const char* end = text_.data() + text_.size();
    const auto [stop, error] = std::from_chars(text_.data() + at_, end, extent);
    const bool padded = text_.substr(at_).starts_with('0') && extent != 0;
    if (error != std::errc() || extent < 0 || padded) return damaged("an axis is no whole number");
    at_ = static_cast<std::size_t>(stop - text_.data());
    take('L');
    literal_.shape.push_back(extent);
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  NpyLiteral literal_;
  bool has_descr_ = false, has_order_ = false, has_shape_ = false;
};

}  // namespace

Result<NpyLiteral> read_npy_literal(std::string_view text) {
  return LiteralReader(text).read();
}

}  // namespace jetmeter
