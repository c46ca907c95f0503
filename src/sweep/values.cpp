#include <fmt/format.h>

#include <algorithm>

#include "jetmeter/sweep.h"
#include "sweep/decimal.h"

namespace jetmeter {
namespace {

constexpr std::size_t kMostValues = 10'000;

// What stands between two commas.
struct Piece {
  std::string text;
  bool quoted = false;  // somewhere in it; then it is no range, and it may be empty
};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

// Cuts at commas that are neither in quotes nor behind a backslash.
class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  Result<std::vector<Piece>> split() {
    std::vector<Piece> pieces;
    do {
      auto piece = next();
      if (!piece) return tl::make_unexpected(piece.error());
      pieces.push_back(std::move(*piece));
    } while (at_++ < text_.size());
    return pieces;
  }

 private:
  // Ends at a comma or at the end of the text.
  Result<Piece> next() {
    Piece piece;
    std::size_t kept = 0;  // up to here blanks were meant
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    for (; at_ < text_.size() && text_[at_] != ','; ++at_) {
      const char c = text_[at_];
      if (c == '\'' || c == '"') {
        if (!take_quoted(piece.text))
          return fail(
              fmt::format("a quote in {} is not closed; put a backslash before one that "
                          "belongs to a value",
                          in_quotes(text_)));
      } else if (c == '\\' && at_ + 1 < text_.size() && special(text_[at_ + 1])) {
        piece.text += text_[++at_];
      } else {
        piece.text += c;
        continue;
      }
      piece.quoted = true;
      kept = piece.text.size();
    }
    while (piece.text.size() > kept && piece.text.back() == ' ') piece.text.pop_back();
    return piece;
  }

  static bool special(char c) { return std::string_view(",:'\"\\").find(c) != std::string::npos; }

  bool take_quoted(std::string& out) {
    const auto end = text_.find(text_[at_], at_ + 1);
    if (end == text_.npos) return false;
    out += text_.substr(at_ + 1, end - at_ - 1);
    at_ = end;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// "from:to", "from:to:step" or "from:to*factor".
struct Range {
  SweepDecimal from, to;
  std::optional<SweepDecimal> step, factor;
};

bool looks_like_range(std::string_view text) {
  return text.find(':') != text.npos &&
         text.find_first_not_of("0123456789.:*+-") == std::string_view::npos;
}

std::optional<Range> parse_range(std::string_view text) {
  const auto colon = text.find(':');
  const auto second = text.find_first_of(":*", colon + 1);
  const auto from = parse_sweep_decimal(text.substr(0, colon));
  const auto to = parse_sweep_decimal(text.substr(colon + 1, second - colon - 1));
  if (!from || !to) return std::nullopt;
  Range range{*from, *to, {}, {}};
  if (second == text.npos) {
    range.step = SweepDecimal{1, 0};
    return range;
  }
  const auto last = parse_sweep_decimal(text.substr(second + 1));
  if (!last) return std::nullopt;
  (text[second] == '*' ? range.factor : range.step) = last;
  return range;
}

tl::unexpected<Error> bad_range(std::string_view text, std::string_view why) {
  return fail(
      fmt::format("the range {} {}; write FROM:TO, FROM:TO:STEP as in 1:8:2, or "
                  "FROM:TO*FACTOR as in 1:8*2, or put a value with a colon into quotes",
                  in_quotes(text), why));
}

Result<void> add_steps(std::string_view text, const Range& range, std::vector<std::string>& out) {
  const int places = std::max({range.from.places, range.to.places, range.step->places});
  const auto from = digits_at(range.from, places), to = digits_at(range.to, places),
             step = digits_at(*range.step, places);
  if (!from || !to || !step) return bad_range(text, "has numbers that are too long");
  if (*step == 0) return bad_range(text, "never gets on");
  if (*step > 0 ? *from > *to : *from < *to) return bad_range(text, "has no value");
  if (static_cast<std::uint64_t>((*to - *from) / *step) >= kMostValues)
    return bad_range(text, fmt::format("has more than {} values", kMostValues));
  for (auto at = *from; *step > 0 ? at <= *to : at >= *to; at += *step)
    out.push_back(format_sweep_decimal({at, places}));
  return {};
}

Result<void> add_multiples(std::string_view text, const Range& range,
                           std::vector<std::string>& out) {
  const int places = std::max(range.from.places, range.to.places);
  const auto from = digits_at(range.from, places), to = digits_at(range.to, places);
  if (!from || !to) return bad_range(text, "has numbers that are too long");
  if (range.factor->places != 0 || range.factor->digits < 2)
    return bad_range(text, "needs a whole factor of at least 2");
  if (*from <= 0) return bad_range(text, "must begin above 0");
  if (*from > *to) return bad_range(text, "has no value");
  for (auto at = *from;; at *= range.factor->digits) {
    out.push_back(format_sweep_decimal({at, places}));
    if (at > *to / range.factor->digits) return {};
  }
}

Result<void> add_piece(const Piece& piece, std::vector<std::string>& out) {
  if (piece.quoted || !looks_like_range(piece.text)) {
    if (piece.text.empty() && !piece.quoted)
      return fail("a value is missing in the list; write '' for an empty one");
    out.push_back(piece.text);
    return {};
  }
  const auto range = parse_range(piece.text);
  if (!range) return bad_range(piece.text, "cannot be read");
  return range->factor ? add_multiples(piece.text, *range, out)
                       : add_steps(piece.text, *range, out);
}

}  // namespace

Result<std::vector<std::string>> sweep_values(std::string_view text) {
  const auto pieces = Splitter(trimmed(text)).split();
  if (!pieces) return tl::make_unexpected(pieces.error());
  std::vector<std::string> values;
  for (const auto& piece : *pieces) {
    if (const auto added = add_piece(piece, values); !added)
      return tl::make_unexpected(added.error());
    if (values.size() > kMostValues)
      return fail(fmt::format("the list has more than {} values; name fewer", kMostValues));
  }
  return values;
}

}  // namespace jetmeter
