#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "jetmeter/sweep.h"
#include "sweep/digest.h"
#include "sweep/shuffle.h"

namespace jetmeter {
namespace {

constexpr std::size_t kMostSteps = 10'000;
// Before the exclusions; what is enumerated.
constexpr std::size_t kMostCombinations = 1'000'000;
constexpr std::size_t kLongestName = 80, kLongestWord = 32;

struct Configuration {
  std::size_t number = 0;  // from 1, in the order of the product
  SweepValues values;
};

std::string called(const std::string& option) {
  return option.empty() ? "the positional argument" : in_quotes("--" + option);
}

// The axes with each value once.
Result<std::vector<SweepAxis>> checked_axes(std::span<const SweepAxis> axes) {
  std::vector<SweepAxis> clean;
  std::set<std::string> options;
  for (const auto& axis : axes) {
    if (!options.insert(axis.option).second)
      return fail(fmt::format("{} is to be varied twice; put all its values into one list",
                              called(axis.option)));
    if (axis.values.empty())
      return fail(fmt::format("{} has no values to vary; name at least one", called(axis.option)));
    auto& copy = clean.emplace_back(SweepAxis{axis.option, {}});
    std::set<std::string> seen;
    for (const auto& value : axis.values)
      if (seen.insert(value).second) copy.values.push_back(value);
  }
  return clean;
}

Result<void> check_exclusions(std::span<const SweepAxis> axes, const SweepOptions& options) {
  std::vector<std::string> names;
  for (const auto& axis : axes) names.push_back(axis.option);
  for (const auto& exclusion : options.exclude) {
    if (exclusion.empty()) return fail("an exclusion names no option; it would leave nothing");
    for (const auto& axis : exclusion) {
      if (std::ranges::count(names, axis.option) != 0) continue;
      const auto near = closest(axis.option, names);
      return fail(fmt::format("an exclusion names {}, which is not varied{}", called(axis.option),
                              near ? fmt::format("; did you mean {}?", called(*near)) : ""));
    }
  }
  return {};
}

bool matches(const SweepValues& values, const SweepAxis& part) {
  return std::ranges::any_of(values, [&](const auto& value) {
    return value.first == part.option && std::ranges::count(part.values, value.second) != 0;
  });
}

bool excluded(const SweepValues& values, const SweepOptions& options) {
  return std::ranges::any_of(options.exclude, [&](const auto& exclusion) {
    return std::ranges::all_of(exclusion, [&](const auto& part) { return matches(values, part); });
  });
}

std::optional<std::size_t> product_of(std::span<const SweepAxis> axes) {
  std::size_t product = 1;
  for (const auto& axis : axes) {
    if (axis.values.size() > kMostCombinations / product) return std::nullopt;
    product *= axis.values.size();
  }
  return product;
}

// The last axis turns fastest.
SweepValues combination(std::span<const SweepAxis> axes, std::size_t index) {
  SweepValues values(axes.size());
  for (std::size_t i = axes.size(); i > 0; --i) {
    const auto& axis = axes[i - 1];
    values[i - 1] = {axis.option, axis.values[index % axis.values.size()]};
    index /= axis.values.size();
  }
  return values;
}

tl::unexpected<Error> too_many(std::size_t steps) {
  return fail(fmt::format("the sweep has {} steps, above the limit of {}; vary less in one call",
                          steps, kMostSteps));
}

// What is above the limit is counted and not kept.
Result<std::vector<Configuration>> configurations(std::span<const SweepAxis> axes,
                                                  const SweepOptions& options) {
  const auto product = product_of(axes);
  if (!product)
    return fail(fmt::format("the sweep has more than {} combinations; vary less in one call",
                            kMostCombinations));
  const auto repeats = static_cast<std::size_t>(options.repeats);
  if (options.exclude.empty() && *product > kMostSteps / repeats)
    return too_many(*product * repeats);
  std::vector<Configuration> all;
  std::size_t count = 0;
  for (std::size_t i = 0; i < *product; ++i) {
    auto values = combination(axes, i);
    if (excluded(values, options)) continue;
    if (++count <= kMostSteps) all.push_back({count, std::move(values)});
  }
  if (count > kMostSteps / repeats) return too_many(count * repeats);
  if (all.empty()) return fail("the exclusions leave nothing to run");
  return all;
}

std::string digest_of(SweepValues values) {
  std::ranges::sort(values);
  SweepDigest digest;
  for (const auto& [option, value] : values) {
    digest.add(option);
    digest.add(value);
  }
  return digest.text();
}

// Letters, digits, dots and single dashes, neither first nor last a dash or a dot.
std::string safe_word(std::string_view text) {
  std::string word;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '_' || (c == '.' && !word.empty());
    if (plain)
      word += c;
    else if (!word.empty() && word.back() != '-')
      word += '-';
    if (word.size() == kLongestWord) break;
  }
  word.erase(word.find_last_not_of("-.") + 1);
  return word;
}

// "yolov8n-threads-2": the positional argument, and what varies.
std::string name_of(const SweepValues& values, std::span<const SweepAxis> axes) {
  std::string name;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto& [option, value] = values[i];
    const bool positional = option.empty();
    if (!positional && axes[i].values.size() == 1) continue;
    const auto text = positional ? std::filesystem::path(value).stem().string()
                                 : fmt::format("{}-{}", option, value);
    const auto word = safe_word(text);
    if (word.empty() || name.size() + 1 + word.size() > kLongestName) continue;
    name.append("-").append(word);
  }
  return name;
}

// Each repeat is a round of its own. Where a round would begin with what the last one ended with,
// that one changes places with another of its round.
std::vector<std::pair<std::size_t, int>> turns(std::size_t count, const SweepOptions& options) {
  std::vector<std::pair<std::size_t, int>> all;
  SweepRandom random(options.seed);
  std::vector<std::size_t> round(count);
  for (int repeat = 1; repeat <= options.repeats; ++repeat) {
    for (std::size_t i = 0; i < count; ++i) round[i] = i;
    if (options.shuffle) shuffle_sweep(round, random);
    const bool adjacent = count > 1 && !all.empty() && all.back().first == round.front();
    if (adjacent)
      std::swap(round.front(), round[1 + static_cast<std::size_t>(random.below(count - 1))]);
    for (const auto index : round) all.emplace_back(index, repeat);
  }
  return all;
}

}  // namespace

Result<std::vector<SweepStep>> plan_sweep(std::span<const SweepAxis> given,
                                          const SweepOptions& options) {
  if (options.repeats < 1)
    return fail(fmt::format("{} repeats are none; ask for at least 1", options.repeats));
  const auto axes = checked_axes(given);
  if (!axes) return tl::make_unexpected(axes.error());
  if (const auto good = check_exclusions(*axes, options); !good)
    return tl::make_unexpected(good.error());
  const auto all = configurations(*axes, options);
  if (!all) return tl::make_unexpected(all.error());

  const auto digits = std::max<std::size_t>(3, std::to_string(all->size()).size());
  std::vector<SweepStep> steps;
  for (const auto& [index, repeat] : turns(all->size(), options)) {
    const auto& [number, values] = (*all)[index];
    auto id = fmt::format("{:0{}}{}", number, digits, name_of(values, *axes));
    if (options.repeats > 1) id += fmt::format("-r{}", repeat);
    steps.push_back({std::move(id), digest_of(values), values, repeat});
  }
  return steps;
}

std::string plan_digest(std::span<const SweepStep> steps) {
  std::vector<std::string_view> digests;
  for (const auto& step : steps) digests.push_back(step.digest);
  std::ranges::sort(digests);
  SweepDigest digest;
  for (const auto part : digests) digest.add(part);
  return digest.text();
}

}  // namespace jetmeter
