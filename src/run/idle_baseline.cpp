#include "run/idle_baseline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace jetmeter {
namespace {

constexpr double kBusy = 20;  // percent
constexpr std::size_t kFewestReadings = 2;

}  // namespace

std::optional<double> mean_within(const Histories& histories, std::string_view channel,
                                  const TimeSpan& time) {
  double sum = 0;
  std::size_t n = 0;
  for (const auto& reading : readings_of(histories, channel)) {
    if (reading.span.to < time.from || reading.span.to > time.to) continue;
    sum += reading.value;
    ++n;
  }
  return n >= kFewestReadings ? std::optional(sum / static_cast<double>(n)) : std::nullopt;
}

std::vector<std::string> gpus_with_load(const Histories& histories) {
  std::vector<std::string> gpus;
  for (auto& subject : subjects_of(histories, "load."))
    if (subject.starts_with("gpu")) gpus.push_back(std::move(subject));
  return gpus;
}

std::optional<std::string> what_was_busy(const Histories& histories, const TimeSpan& idle) {
  std::vector<std::string> busy;
  const auto look_at = [&](const std::string& subject, std::string_view name) {
    const auto load = mean_within(histories, "load." + subject, idle);
    if (load && *load > kBusy) busy.push_back(fmt::format("the {} was {:.0f} % busy", name, *load));
  };
  for (const auto& gpu : gpus_with_load(histories)) look_at(gpu, "GPU");
  look_at("cpu", "CPU");
  if (busy.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(busy, " and "));
}

}  // namespace jetmeter
