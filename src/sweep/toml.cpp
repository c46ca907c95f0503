#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>

#include "jetmeter/sweep.h"

namespace jetmeter {
namespace {

constexpr std::string_view kPositional = "model";
constexpr std::int64_t kMostRepeats = 1000;

// Behind the line on which `node` begins.
tl::unexpected<Error> wrong(const toml::node& node, std::string_view what) {
  return fail(fmt::format("line {}: {}", node.source().begin.line, what));
}

// As the command line would have it.
std::optional<std::string> as_word(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  return std::nullopt;
}

std::string option_of(std::string_view key) {
  return key == kPositional ? std::string() : std::string(key);
}

Result<std::vector<std::string>> array_values(const std::string& key, const toml::array& array) {
  std::vector<std::string> values;
  for (const auto& item : array) {
    auto word = as_word(item);
    if (!word)
      return wrong(item, fmt::format("the values of {} must be strings, numbers or truth values",
                                     in_quotes(key)));
    values.push_back(std::move(*word));
  }
  if (values.empty())
    return wrong(array, fmt::format("{} has no values; name at least one", in_quotes(key)));
  return values;
}

Result<SweepAxis> axis_of(const toml::key& toml_key, const toml::node& node) {
  const std::string key(toml_key.str());
  if (key.empty()) return wrong(node, "an option has an empty name");
  if (const auto* array = node.as_array()) {
    auto values = array_values(key, *array);
    if (!values) return tl::make_unexpected(values.error());
    return SweepAxis{option_of(key), std::move(*values)};
  }
  if (const auto* text = node.as_string()) {
    auto values = sweep_values(text->get());
    if (!values) return wrong(node, fmt::format("{}: {}", in_quotes(key), values.error().what));
    return SweepAxis{option_of(key), std::move(*values)};
  }
  auto word = as_word(node);
  if (!word)
    return wrong(node, fmt::format("{} must be an array, a string, a number or a truth value",
                                   in_quotes(key)));
  return SweepAxis{option_of(key), {std::move(*word)}};
}

// By their places in the file; toml++ sorts by name.
std::vector<std::pair<const toml::key*, const toml::node*>> in_file_order(
    const toml::table& table) {
  std::vector<std::pair<const toml::key*, const toml::node*>> entries;
  for (const auto& [key, node] : table) entries.emplace_back(&key, &node);
  std::ranges::stable_sort(entries, [](const auto& a, const auto& b) {
    const auto &x = a.first->source().begin, &y = b.first->source().begin;
    return std::pair(x.line, x.column) < std::pair(y.line, y.column);
  });
  return entries;
}

Result<std::int64_t> whole_between(std::string_view key, const toml::node& node, std::int64_t least,
                                   std::int64_t most) {
  const auto* integer = node.as_integer();
  if (!integer || integer->get() < least || integer->get() > most)
    return wrong(
        node, fmt::format("{} must be a whole number from {} to {}", in_quotes(key), least, most));
  return integer->get();
}

Result<void> set_repeats(const toml::node& node, SweepFile& file) {
  const auto repeats = whole_between("repeats", node, 1, kMostRepeats);
  if (!repeats) return tl::make_unexpected(repeats.error());
  file.options.repeats = static_cast<int>(*repeats);
  return {};
}

Result<void> set_seed(const toml::node& node, SweepFile& file) {
  const auto seed = whole_between("seed", node, 0, INT64_MAX);
  if (!seed) return tl::make_unexpected(seed.error());
  file.options.seed = static_cast<std::uint64_t>(*seed);
  return {};
}

Result<void> set_shuffle(const toml::node& node, SweepFile& file) {
  const auto* flag = node.as_boolean();
  if (!flag) return wrong(node, "'shuffle' must be true or false");
  file.options.shuffle = flag->get();
  return {};
}

Result<void> set_cool_down(const toml::node& node, SweepFile& file) {
  const auto word = node.is_boolean() ? std::nullopt : as_word(node);
  if (!word) return wrong(node, "'cool-down' must be a string such as \"10s\" or \"45C,max=3min\"");
  const auto parsed = parse_cool_down(*word);
  if (!parsed) return wrong(node, parsed.error().what);
  file.cool_down = *parsed;
  return {};
}

Result<void> set_exclude(const toml::node& node, SweepFile& file) {
  const auto* array = node.as_array();
  if (!array) return wrong(node, "'exclude' must be tables: [[sweep.exclude]]");
  for (const auto& item : *array) {
    const auto* table = item.as_table();
    if (!table) return wrong(item, "'exclude' must be tables: [[sweep.exclude]]");
    if (table->empty())
      return wrong(item, "this [[sweep.exclude]] names no option; it would leave nothing");
    auto& exclusion = file.options.exclude.emplace_back();
    for (const auto& [key, value] : in_file_order(*table)) {
      auto axis = axis_of(*key, *value);
      if (!axis) return tl::make_unexpected(axis.error());
      exclusion.push_back(std::move(*axis));
    }
  }
  return {};
}

struct Setting {
  std::string_view key;
  Result<void> (*set)(const toml::node&, SweepFile&);
};

constexpr std::array kSettings{Setting{"repeats", set_repeats}, Setting{"seed", set_seed},
                               Setting{"shuffle", set_shuffle}, Setting{"cool-down", set_cool_down},
                               Setting{"exclude", set_exclude}};

// What an exclusion names must be there, or it excludes nothing and nobody notices.
Result<void> check_exclusion(const toml::table& table, const SweepFile& file) {
  for (const auto& [key, node] : table) {
    const auto option = option_of(key.str());
    const auto axis = std::ranges::find(file.axes, option, &SweepAxis::option);
    if (axis == file.axes.end())
      return wrong(node, fmt::format("[[sweep.exclude]] names {}, which [sweep] does not vary",
                                     in_quotes(key.str())));
    const auto named = axis_of(key, node);
    for (const auto& value : named->values)
      if (std::ranges::count(axis->values, value) == 0)
        return wrong(node, fmt::format("[[sweep.exclude]] names the value {} of {}, which is not "
                                       "one of those in [sweep]",
                                       in_quotes(value), in_quotes(key.str())));
  }
  return {};
}

Result<SweepFile> file_of(const toml::table& sweep) {
  SweepFile file;
  for (const auto& [key, node] : in_file_order(sweep)) {
    const auto setting = std::ranges::find(kSettings, key->str(), &Setting::key);
    if (setting != kSettings.end()) {
      if (auto set = setting->set(*node, file); !set) return tl::make_unexpected(set.error());
      continue;
    }
    auto axis = axis_of(*key, *node);
    if (!axis) return tl::make_unexpected(axis.error());
    file.axes.push_back(std::move(*axis));
  }
  if (file.axes.empty()) return wrong(sweep, "[sweep] names nothing to vary");
  if (const auto* exclusions = sweep["exclude"].as_array())
    for (const auto& item : *exclusions)
      if (auto good = check_exclusion(*item.as_table(), file); !good)
        return tl::make_unexpected(good.error());
  return file;
}

}  // namespace

Result<SweepFile> parse_sweep(std::string_view text) {
  try {
    const auto root = toml::parse(text);
    const auto* node = root.get("sweep");
    if (!node) return SweepFile{};
    const auto* sweep = node->as_table();
    if (!sweep) return wrong(*node, "'sweep' must be a table: [sweep]");
    return file_of(*sweep);
  } catch (const toml::parse_error& error) {
    return fail(fmt::format("line {}: {}", error.source().begin.line, error.description()));
  }
}

}  // namespace jetmeter
