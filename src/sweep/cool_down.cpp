#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "jetmeter/sweep.h"

namespace jetmeter {
namespace {

constexpr Nanoseconds kBetweenLooks = std::chrono::milliseconds(500);
constexpr double kColdest = 0, kHottest = 125;  // what a target can sensibly be

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

tl::unexpected<Error> not_understood(std::string_view text, std::string_view why) {
  return fail(
      fmt::format("the pause {} {}; write 10s, 45C, 45C,max=3min or 5s,45C", in_quotes(text), why));
}

// "45C", "45.5 C", "45°C"; absent when it is no temperature at all.
std::optional<std::string_view> celsius_number(std::string_view part) {
  if (!part.ends_with('C') && !part.ends_with('c')) return std::nullopt;
  part.remove_suffix(1);
  constexpr std::string_view kDegree = "°";
  if (part.ends_with(kDegree)) part.remove_suffix(kDegree.size());
  return trimmed(part);
}

std::optional<double> to_celsius(std::string_view digits) {
  double celsius = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, celsius, std::chars_format::fixed);
  const bool good =
      error == std::errc{} && rest == end && celsius >= kColdest && celsius <= kHottest;
  return good ? std::optional(celsius) : std::nullopt;
}

// A pause under way. Time is the clock's; where that stands still or steps back, the time that was
// slept, so that a pause ends.
class Pause {
 public:
  Pause(const CoolDown& wanted, const CoolDownWorld& world)
      : wanted_(wanted), world_(world), began_(world.clock->monotonic()) {}

  CooledDown wait() {
    CooledDown result;
    auto celsius = look();
    result.celsius_before = celsius;
    known_ = celsius.has_value();
    while (!over(celsius)) {
      if (world_.interrupted && world_.interrupted()) {
        interrupted_ = true;
        break;
      }
      tell(celsius);
      sleep();
      celsius = look();
    }
    result.waited = waited();
    result.celsius_after = celsius;
    result.reached = !interrupted_ && (!wanted_.celsius || cool(celsius));
    return result;
  }

 private:
  std::optional<double> look() const {
    if (!world_.hottest_celsius) return std::nullopt;
    const auto celsius = world_.hottest_celsius();
    return celsius && std::isfinite(*celsius) ? celsius : std::nullopt;
  }

  bool cool(std::optional<double> celsius) const { return celsius && *celsius <= *wanted_.celsius; }

  Nanoseconds waited() const { return std::max(world_.clock->monotonic() - began_, slept_); }

  // The end of the pause as it looks now. A sensor that told something once is waited for.
  Nanoseconds end(std::optional<double> celsius) const {
    const bool too_hot = wanted_.celsius && known_ && !cool(celsius);
    return too_hot ? std::max(wanted_.most, wanted_.least) : wanted_.least;
  }
  bool over(std::optional<double> celsius) {
    known_ = known_ || celsius;
    return waited() >= end(celsius);
  }

  void sleep() {
    // Until `least` first: what is looked at before it does not end the pause.
    const auto until =
        waited() < wanted_.least ? wanted_.least : std::max(wanted_.most, wanted_.least);
    const auto slice = std::clamp(until - waited(), Nanoseconds(1), kBetweenLooks);
    if (world_.sleep) world_.sleep(slice);
    slept_ += slice;
  }

  void tell(std::optional<double> celsius) const {
    if (!world_.tell) return;
    if (wanted_.celsius && celsius && !cool(celsius))
      return world_.tell(
          fmt::format("{:.1f} °C, waiting for {:.1f} °C", *celsius, *wanted_.celsius));
    const auto left = std::chrono::ceil<std::chrono::seconds>(end(celsius) - waited());
    if (wanted_.celsius && !celsius)
      return world_.tell(fmt::format("no temperature can be read, pausing for {} s", left.count()));
    world_.tell(fmt::format("pausing for {} s", left.count()));
  }

  const CoolDown& wanted_;
  const CoolDownWorld& world_;
  Nanoseconds began_, slept_{0};
  bool known_ = false, interrupted_ = false;
};

}  // namespace

Result<CoolDown> parse_cool_down(std::string_view text) {
  CoolDown wanted;
  std::optional<Nanoseconds> least, most;
  auto rest = text;
  for (bool more = true; more;) {
    const auto comma = rest.find(',');
    auto part = trimmed(rest.substr(0, comma));
    more = comma != rest.npos;
    if (more) rest.remove_prefix(comma + 1);
    if (const auto digits = celsius_number(part)) {
      const auto celsius = to_celsius(*digits);
      if (!celsius)
        return not_understood(
            text, fmt::format("needs a temperature of {} to {} °C", kColdest, kHottest));
      if (wanted.celsius) return not_understood(text, "names two temperatures");
      wanted.celsius = celsius;
      continue;
    }
    constexpr std::string_view kMax = "max=";
    const bool is_most = part.starts_with(kMax);
    const auto duration = parse_duration(trimmed(is_most ? part.substr(kMax.size()) : part));
    if (!duration) return not_understood(text, "cannot be read");
    auto& place = is_most ? most : least;
    if (place) return not_understood(text, is_most ? "has two maxima" : "names two durations");
    place = *duration;
  }
  wanted.least = least.value_or(Nanoseconds(0));
  wanted.most = most.value_or(std::max(wanted.most, wanted.least));
  if (wanted.most < wanted.least) return not_understood(text, "has a maximum below its duration");
  return wanted;
}

CooledDown cool_down(const CoolDown& wanted, const CoolDownWorld& world) {
  return Pause(wanted, world).wait();
}

}  // namespace jetmeter
