#include "record/wall_time.h"

#include <charconv>

namespace jetmeter {
namespace {

constexpr std::string_view kPattern = "0000-00-00T00:00:00";

bool matches(std::string_view text) {
  if (text.size() != kPattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kPattern[i] == '0' ? !digit : text[i] != kPattern[i]) return false;
  }
  return true;
}

int number(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

// ".12" is 120 ms.
std::optional<std::chrono::microseconds> fraction(std::string_view text) {
  if (text.empty()) return std::chrono::microseconds(0);
  if (text.front() != '.' || text.size() < 2 || text.size() > 7) return std::nullopt;
  if (text.find_first_not_of("0123456789", 1) != text.npos) return std::nullopt;
  int value = number(text.substr(1));
  for (auto digits = text.size(); digits < 7; ++digits) value *= 10;
  return std::chrono::microseconds(value);
}

}  // namespace

std::optional<WallTime> parse_utc(std::string_view text) {
  using namespace std::chrono;
  if (!text.ends_with('Z')) return std::nullopt;
  text.remove_suffix(1);
  const auto whole = text.substr(0, kPattern.size());
  if (!matches(whole)) return std::nullopt;
  const auto rest = fraction(text.substr(kPattern.size()));
  const year_month_day date{year(number(text.substr(0, 4))),
                            month(static_cast<unsigned>(number(text.substr(5, 2)))),
                            day(static_cast<unsigned>(number(text.substr(8, 2))))};
  const hours h(number(text.substr(11, 2)));
  const minutes m(number(text.substr(14, 2)));
  const seconds s(number(text.substr(17, 2)));
  if (!rest || !date.ok() || h >= days(1) || m >= hours(1) || s >= minutes(1)) return std::nullopt;
  return WallTime(sys_days(date).time_since_epoch() + h + m + s + *rest);
}

}  // namespace jetmeter
