#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "doctor/checks.h"
#include "jetmeter/device.h"

namespace jetmeter {
namespace {

// Of what a mode may differ in. Absent: it sets no limit, or does not speak of it.
struct Quantity {
  std::string_view best;  // "highest GPU clock"
  std::optional<double> (*of)(const NvpMode&);
  std::string (*in_words)(double);
  bool always = false;  // told where all modes have the same, too
};

std::optional<double> as_double(std::optional<std::uint64_t> value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

std::string count(double value) {
  return fmt::format("{:.0f}", value);
}

constexpr int kTpcBits = 64;

const Quantity kQuantities[] = {
    {"highest GPU clock", [](const NvpMode& mode) { return as_double(mode.caps.gpu_hz); },
     megahertz, true},
    {"highest CPU clock", [](const NvpMode& mode) { return as_double(mode.caps.cpu_hz); },
     megahertz},
    {"highest memory clock", [](const NvpMode& mode) { return as_double(mode.caps.emc_hz); },
     megahertz},
    {"most cores",
     [](const NvpMode& mode) {
       return mode.cpu_cores ? std::optional<double>(*mode.cpu_cores) : std::nullopt;
     },
     count, true},
    {"fewest SMs off",
     [](const NvpMode& mode) -> std::optional<double> {
       return kTpcBits - std::popcount(mode.tpc_mask.value_or(0));
     },
     [](double left_on) { return count(2 * (kTpcBits - left_on)); }},
};

bool at_least(std::optional<double> a, std::optional<double> b) {
  return !a || (b && *a >= *b);
}

// Whether `a` has of everything at least as much as `b`.
bool reaches(const NvpMode& a, const NvpMode& b) {
  return std::all_of(std::begin(kQuantities), std::end(kQuantities),
                     [&](const Quantity& one) { return at_least(one.of(a), one.of(b)); });
}

std::string in_words(const NvpMode& mode) {
  return fmt::format("{} (id {})", mode.name.empty() ? "without a name" : mode.name, mode.id);
}

// "most cores: MODE_15W_6CORE (id 2), 6"; empty where it tells no mode from another.
std::string best_in(const Quantity& quantity, std::span<const NvpMode> modes) {
  std::vector<std::string> best;
  std::optional<double> value;
  for (const auto& mode : modes) {
    const auto reached = [&](const NvpMode& other) {
      return at_least(quantity.of(mode), quantity.of(other));
    };
    if (!std::all_of(modes.begin(), modes.end(), reached)) continue;
    best.push_back(in_words(mode));
    value = quantity.of(mode);
  }
  const bool all = best.size() == modes.size();
  if (all && (!quantity.always || !value)) return "";
  return fmt::format("{}: {}, {}", quantity.best, all ? "every mode" : list_of(best),
                     value ? quantity.in_words(*value) : "without a limit");
}

std::string best_in_each(std::span<const NvpMode> modes) {
  std::string text;
  for (const auto& quantity : kQuantities) {
    const auto best = best_in(quantity, modes);
    if (!best.empty()) text += (text.empty() ? "" : "; ") + best;
  }
  return text;
}

bool all_alike(std::span<const NvpMode> modes) {
  return std::all_of(modes.begin(), modes.end(), [&](const NvpMode& mode) {
    return reaches(mode, modes.front()) && reaches(modes.front(), mode);
  });
}

std::string what_it_switches_off(const DoctorFacts& facts) {
  const auto* device = find_device(facts.machine);
  if (device == nullptr) return "";
  std::vector<std::string> parts;
  if (device->cpu_cores && facts.machine.cores > 0 && facts.machine.cores < *device->cpu_cores)
    parts.push_back(fmt::format("{} of {} cores", facts.machine.cores, *device->cpu_cores));
  if (device->sms && facts.machine.active_sms && *facts.machine.active_sms < *device->sms)
    parts.push_back(fmt::format("{} of {} SMs", *facts.machine.active_sms, *device->sms));
  return parts.empty() ? "" : fmt::format("; {} are on", list_of(parts));
}

constexpr std::string_view kCode = "power_mode";

// Some releases switch cores and SMs on and off at boot only.
bool needs_other_units(const NvpMode& now, const NvpMode& then) {
  return now.tpc_mask.value_or(0) != then.tpc_mask.value_or(0) || now.cpu_cores != then.cpu_cores;
}

Finding without_a_fastest(const std::vector<NvpMode>& modes, const NvpMode& active,
                          const std::string& off) {
  if (all_alike(modes))
    return not_known(kCode,
                     "whether a faster power mode than " + in_words(active) + " exists" + off,
                     "the caps in '/etc/nvpmodel.conf' do not decide it");
  return Finding{Severity::note, std::string(kCode),
                 fmt::format("power mode {}{}; which of {} is the fastest depends on the model: {}",
                             in_words(active), off, modes.size(), best_in_each(modes)),
                 "what one mode gives to some units it takes from others: a model on the GPU asks "
                 "for the GPU's clock, decoding and a model on the CPU for cores; every number is "
                 "that of this mode",
                 ""};
}

}  // namespace

std::optional<Finding> power_mode(const DoctorFacts& facts) {
  if (!is_jetson(facts)) return std::nullopt;
  const auto& modes = facts.power_modes;
  const std::string question = "which power mode is active";
  if (!modes.active)
    return not_known(kCode, question, "'/var/lib/nvpmodel/status' names none", "sudo nvpmodel -q");
  const auto* active = modes.active_mode();
  if (active == nullptr)
    return not_known(kCode, question,
                     fmt::format("'/etc/nvpmodel.conf' has no mode {}", *modes.active),
                     "sudo nvpmodel -q");
  const auto* fastest = fastest_mode(modes.all);
  const auto off = what_it_switches_off(facts);
  if (fastest == nullptr) return without_a_fastest(modes.all, *active, off);
  if (fastest->id == active->id)
    return fine(kCode, fmt::format("power mode {}, the fastest of {}{}", in_words(*active),
                                   modes.all.size(), off));
  std::string why =
      "every number is then that of this mode's clocks, not of the board; it is right where the "
      "product runs in this mode, and belongs beside each number";
  if (needs_other_units(*active, *fastest))
    why += "; other cores or SMs are on in the fastest one, which may take a reboot";
  return Finding{
      Severity::warning, std::string(kCode),
      fmt::format("power mode {}; the fastest is {}{}", in_words(*active), in_words(*fastest), off),
      why, fmt::format("sudo nvpmodel -m {}", fastest->id)};
}

const NvpMode* fastest_mode(std::span<const NvpMode> modes) {
  const NvpMode* named = nullptr;
  for (const auto& mode : modes) {
    if (!mode.name.starts_with("MAXN")) continue;
    if (named == nullptr || mode.name.find("SUPER") != mode.name.npos) named = &mode;
  }
  if (named != nullptr) return named;
  const NvpMode* found = nullptr;
  for (const auto& mode : modes) {
    const bool first = std::all_of(modes.begin(), modes.end(),
                                   [&](const NvpMode& other) { return reaches(mode, other); });
    if (first && found != nullptr) return nullptr;  // a tie: the table does not tell them apart
    if (first) found = &mode;
  }
  return found;
}

}  // namespace jetmeter
