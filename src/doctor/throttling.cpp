#include <fmt/format.h>

#include <set>

#include "doctor/checks.h"

namespace jetmeter {
namespace {

// What a channel tells of. An alarm lasts as long as a rail is above its limit, and the driver's
// word as long as it holds a GPU back: neither tells what was before.
enum class Cause { current, heat, alarm, driver };

constexpr std::string_view kAlarm = "_alarm";

// Of two rails with one label the second is "VDD_IN_alarm-2".
Cause cause_of(std::string_view name) {
  if (name.find(kAlarm) != name.npos) return Cause::alarm;
  if (name.starts_with("gpu")) return Cause::driver;
  return name.starts_with("oc") ? Cause::current : Cause::heat;
}

// What the counters of Orin and Thor count.
std::string event_in_words(std::string_view name) {
  if (name == "oc1") return "under-voltage (oc1)";
  if (name == "oc2") return "mean over-current (oc2)";
  if (name == "oc3") return "momentary over-current (oc3)";
  if (name.starts_with("gpu")) return fmt::format("{}, held back by its driver", name);
  return std::string(name);
}

struct Throttled {
  std::set<Cause> told, found;
  std::vector<std::string> now, before, alarms;

  bool tells(Cause cause) const { return told.contains(cause); }
};

void add(const ChannelFacts& channel, std::string_view name, Throttled& all) {
  const auto value = channel.latest();
  if (!value) return;
  const auto cause = cause_of(name);
  all.told.insert(cause);
  if (*value <= 0) return;
  if (cause == Cause::alarm)
    all.alarms.push_back(std::string(name.substr(0, name.find(kAlarm))));
  else if (cause == Cause::driver || channel.growth().value_or(0) > 0)
    all.now.push_back(event_in_words(name));
  else
    all.before.push_back(fmt::format("{} {:.0f} times", event_in_words(name), *value));
  all.found.insert(cause);
}

Throttled throttled(const DoctorFacts& facts) {
  constexpr std::string_view kPrefix = "throttle.";
  Throttled all;
  for (const auto& sensor : facts.sensors) {
    for (const auto& channel : sensor.channels) {
      const std::string_view name = channel.channel.name;
      if (name.starts_with(kPrefix)) add(channel, name.substr(kPrefix.size()), all);
    }
  }
  return all;
}

std::string found_in_words(const Throttled& all) {
  std::vector<std::string> parts;
  if (!all.now.empty()) parts.push_back("throttled now: " + list_of(all.now));
  if (!all.alarms.empty()) parts.push_back("over-current alarm now: " + list_of(all.alarms));
  if (!all.before.empty()) parts.push_back("throttled since boot: " + list_of(all.before));
  return fmt::format("{}", fmt::join(parts, "; "));
}

// Says of nothing that it did not happen unless something counts it.
std::string nothing_in_words(const Throttled& all) {
  std::vector<std::string> parts;
  if (all.tells(Cause::current))
    parts.emplace_back("not throttled by under-voltage or over-current since boot");
  else if (all.tells(Cause::alarm))
    parts.emplace_back("no over-current alarm now");
  if (all.tells(Cause::heat)) parts.emplace_back("no core throttled by heat since boot");
  if (all.tells(Cause::driver)) parts.emplace_back("no GPU held back by its driver now");
  if (!all.tells(Cause::current) && !all.tells(Cause::heat))
    parts.emplace_back("whether it throttled since boot is not counted here");
  else if (!all.tells(Cause::heat))
    parts.emplace_back("throttling by heat is not counted here");
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string why(const Throttled& all) {
  const std::string power = "a stronger supply or a mode with less power";
  if (all.now.empty() && all.before.empty())
    return "a rail is above the limit of its supply, at which the board slows the CPU or the GPU "
           "down; " +
           power + " helps";
  const std::string event =
      "each event slows the CPU or the GPU for a moment: a latency outlier that the model did not "
      "cause; ";
  if (all.found == std::set{Cause::heat}) return event + "cooling helps";
  if (!all.found.contains(Cause::heat) && !all.found.contains(Cause::driver))
    return event + power + " helps" +
           (all.tells(Cause::heat) ? "" : "; throttling by heat is not counted here");
  return event + "cooling helps against heat, " + power + " against over-current";
}

}  // namespace

std::optional<Finding> throttling(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "throttling";
  const auto all = throttled(facts);
  if (all.told.empty())
    return not_known(kCode, "whether heat or current slowed the machine down",
                     why_no_channel(facts, "throttling", "any counter"));
  if (all.found.empty()) return fine(kCode, nothing_in_words(all));
  const bool now = !all.now.empty() || !all.alarms.empty();
  return Finding{now ? Severity::warning : Severity::note, std::string(kCode), found_in_words(all),
                 why(all), ""};
}

}  // namespace jetmeter
