#include "cli/config_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <system_error>

#include "cli/read_record.h"
#include "cli/recorded_paths.h"
#include "cli/typed_options.h"
#include "jetmeter/record.h"

namespace jetmeter {
namespace {

bool is_flag(const CLI::Option& option) {
  return option.get_items_expected_max() == 0;
}

// Where a second one is an error or takes the place of the first.
bool takes_one(const CLI::Option& option) {
  return option.get_items_expected_max() == 1 &&
         option.get_multi_option_policy() != CLI::MultiOptionPolicy::TakeAll;
}

// One value as the text that the command line would have.
Result<std::string> as_word(const std::string& key, const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean())
    return fail(fmt::format("{} takes a value, not {}", in_quotes(key), flag->get()));
  return fail(fmt::format("{} must be a string, a number, a truth value or an array of these",
                          in_quotes(key)));
}

// In one word, so that no value is taken for an option; only an empty one would then be missing.
void append(const std::string& key, const std::string& value, std::vector<std::string>& words) {
  words.push_back(value.empty() ? "--" + key : fmt::format("--{}={}", key, value));
  if (value.empty()) words.push_back(value);
}

// Absent: it is no truth value. As text, older versions wrote them.
std::optional<bool> truth_of(const toml::node& node) {
  if (const auto* flag = node.as_boolean()) return flag->get();
  const auto* text = node.as_string();
  if (!text || (text->get() != "true" && text->get() != "false")) return std::nullopt;
  return text->get() == "true";
}

Result<void> add_flag(const std::string& key, const toml::node& node,
                      std::vector<std::string>& words) {
  const auto set = truth_of(node);
  if (!set) return fail(fmt::format("{} is true or false, without quotes", in_quotes(key)));
  const auto word = fmt::format("--{}=true", key);
  std::erase(words, word);  // what the top of the file said
  if (*set) words.push_back(word);
  return {};
}

Result<void> add_array(const std::string& key, const toml::array& array, const CLI::Option* option,
                       std::vector<std::string>& words) {
  if (option && takes_one(*option) && array.size() > 1)
    return fail(
        fmt::format("{} takes one value, not an array of {}", in_quotes(key), array.size()));
  std::vector<std::string> values;
  for (const auto& item : array) {
    auto value = as_word(key, item);
    if (!value) return tl::make_unexpected(value.error());
    values.push_back(std::move(*value));
  }
  const char delimiter = option ? option->get_delimiter() : '\0';
  if (delimiter != '\0' && !values.empty())
    values = {fmt::format("{}", fmt::join(values, std::string(1, delimiter)))};
  for (const auto& value : values) append(key, value, words);
  return {};
}

// `option` is null for a key that is none's; the word then says so to whoever reads the words.
Result<void> add(const std::string& key, const toml::node& node, const CLI::Option* option,
                 std::vector<std::string>& words) {
  if (option && is_flag(*option)) return add_flag(key, node, words);
  if (const auto* array = node.as_array()) return add_array(key, *array, option, words);
  if (const auto* flag = node.as_boolean(); flag && !option) {
    append(key, flag->get() ? "true" : "false", words);
    return {};
  }
  const auto word = as_word(key, node);
  if (!word) return tl::make_unexpected(word.error());
  append(key, *word, words);
  return {};
}

const std::string kConfig = "--config", kFrom = "--from";

// The option of `word` that names a file with more arguments; empty for every other word.
std::string file_option(const std::string& word) {
  for (const auto& option : {kConfig, kFrom})
    if (word == option || word.starts_with(option + "=")) return option;
  return {};
}

// The words of a file, as append() writes them, but for those of options that were typed.
std::vector<std::string> without(const std::set<const CLI::Option*>& typed,
                                 const std::vector<std::string>& words,
                                 const CLI::App& subcommand) {
  std::vector<std::string> kept;
  bool keep = true;
  for (const auto& word : words) {
    const bool is_value = word.empty();  // of the option before it
    if (!is_value)
      keep = !typed.contains(subcommand.get_option_no_throw(word.substr(0, word.find('='))));
    if (keep) kept.push_back(word);
  }
  return kept;
}

// REQUIRES: a file that was parsed before.
bool has_sweep(const std::string& file) {
  return toml::parse(read_document(file).value_or(""))["sweep"].is_table();
}

// Records once held the defaults of these options as if they had been typed. That of the first has
// another name, "imgsz", where it was; that of the second is what a load without it is, and several
// streams or a search contradict it.
bool is_default_of_old(const std::string& option, const std::string& value) {
  return (option == "image-size" && value == "640") || (option == "scenario" && value == "single");
}

}  // namespace

Result<std::vector<std::string>> arguments_from_toml(const std::filesystem::path& file,
                                                     const CLI::App& subcommand) {
  const auto text = read_document(file);
  if (!text)
    return fail(fmt::format("there is no configuration file {}", in_quotes(file.string())));
  std::vector<std::string> words;
  try {
    const auto table = toml::parse(*text);
    const auto* own = table[subcommand.get_name()].as_table();
    for (const auto* part : {&table, own}) {
      if (!part) continue;
      for (const auto& [key, node] : *part) {
        if (node.is_table()) continue;
        const std::string name(key.str());
        const auto* option = subcommand.get_option_no_throw("--" + name);
        if (auto added = add(name, node, option, words); !added)
          return fail(fmt::format("{}: {}", in_quotes(file.string()), added.error().what));
      }
    }
  } catch (const toml::parse_error& error) {
    return fail(fmt::format("{}, line {}: {}", in_quotes(file.string()), error.source().begin.line,
                            error.description()));
  }
  return words;
}

Result<std::vector<std::string>> arguments_from_record(const std::filesystem::path& file,
                                                       const std::string& subcommand) {
  const auto record = read_record(file);
  if (!record) return tl::make_unexpected(record.error());
  const auto& command = record->run.command;
  if (!command.starts_with("jetmeter " + subcommand + " "))
    return fail(fmt::format("{} is the record of '{}', not of jetmeter {}",
                            in_quotes(file.string()), command.substr(0, command.find(" -")),
                            subcommand));
  std::vector<std::string> words;
  std::error_code error;
  const auto here = std::filesystem::current_path(error);
  for (const auto& [option, value] : as_of(record->run.config, record->run.working_directory, here))
    if (!is_default_of_old(option, value)) append(option, value, words);
  return words;
}

Result<std::vector<std::string>> with_config_files(std::vector<std::string> arguments,
                                                   const CLI::App& program) {
  const auto is_typed = [&](const CLI::App* app) {
    return !arguments.empty() && app->get_name() == arguments.front();
  };
  const auto typed = program.get_subcommands(is_typed);
  if (typed.empty()) return arguments;
  std::vector<std::string> from_files, in_files, rest;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto option = file_option(arguments[i]);
    if (option.empty()) {
      rest.push_back(arguments[i]);
      continue;
    }
    const bool apart = arguments[i] == option;
    if (apart && i + 1 == arguments.size())
      return fail(fmt::format("{} needs the name of a {}", option,
                              option == kFrom ? "report.json" : "TOML file"));
    const auto file = apart ? arguments[++i] : arguments[i].substr(option.size() + 1);
    const auto words = option == kFrom ? arguments_from_record(file, arguments.front())
                                       : arguments_from_toml(file, *typed.front());
    if (!words) return tl::make_unexpected(words.error());
    if (option == kConfig && has_sweep(file)) from_files.push_back("--sweep-file=" + file);
    if (option == kFrom && typed.front()->get_option_no_throw(kFrom))
      from_files.push_back("--from=" + file);
    in_files.insert(in_files.end(), words->begin(), words->end());
  }
  if (rest.empty()) return rest;
  const auto& subcommand = *typed.front();
  for (auto& word : without(typed_options(rest, subcommand), in_files, subcommand))
    from_files.push_back(std::move(word));
  rest.insert(rest.begin() + 1, from_files.begin(), from_files.end());
  return rest;
}

std::string to_toml(const OptionValues& values, const CLI::App& subcommand) {
  std::ostringstream out;
  out << '[' << subcommand.get_name() << "]\n";
  std::vector<std::string> keys;
  std::map<std::string, toml::array> by_key;
  for (const auto& [key, value] : values) {
    auto& all = by_key[key];
    if (all.empty()) keys.push_back(key);
    all.push_back(value);
  }
  for (const auto& key : keys) {
    const auto& all = by_key[key];
    const auto* option = subcommand.get_option_no_throw("--" + key);
    out << key << " = ";
    if (option && is_flag(*option))
      out << all.front().value_or(std::string());
    else if (all.size() == 1)
      out << *all.front().as_string();
    else
      out << all;
    out << '\n';
  }
  return std::move(out).str();
}

}  // namespace jetmeter
