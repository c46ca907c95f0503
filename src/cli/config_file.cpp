#include "cli/config_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <map>
#include <sstream>

#include "jetmeter/record.h"

namespace jetmeter {
namespace {

// One value as the text that the command line would have.
Result<std::string> as_word(const std::string& key, const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  return fail(fmt::format("{} must be a string, a number, a truth value or an array of these",
                          in_quotes(key)));
}

Result<void> add(const std::string& key, const toml::node& node, std::vector<std::string>& words) {
  if (const auto* flag = node.as_boolean()) {
    if (flag->get()) words.push_back("--" + key);
    return {};
  }
  if (const auto* array = node.as_array()) {
    for (const auto& item : *array)
      if (auto added = add(key, item, words); !added) return added;
    return {};
  }
  const auto word = as_word(key, node);
  if (!word) return tl::make_unexpected(word.error());
  words.push_back("--" + key);
  words.push_back(*word);
  return {};
}

const std::string kConfig = "--config", kFrom = "--from";

// The option of `word` that names a file with more arguments; empty for every other word.
std::string file_option(const std::string& word) {
  for (const auto& option : {kConfig, kFrom})
    if (word == option || word.starts_with(option + "=")) return option;
  return {};
}

// REQUIRES: a file that was parsed before.
bool has_sweep(const std::string& file) {
  return toml::parse(read_document(file).value_or(""))["sweep"].is_table();
}

// Records once held the default of this option as if it had been typed, under this name; those that
// hold it only when it was typed say "imgsz".
bool is_default_of_old(const std::string& option, const std::string& value) {
  return option == "image-size" && value == "640";
}

}  // namespace

Result<std::vector<std::string>> arguments_from_toml(const std::filesystem::path& file,
                                                     const std::string& subcommand) {
  const auto text = read_document(file);
  if (!text)
    return fail(fmt::format("there is no configuration file {}", in_quotes(file.string())));
  std::vector<std::string> words;
  try {
    const auto table = toml::parse(*text);
    const auto* own = table[subcommand].as_table();
    for (const auto* part : {&table, own}) {
      if (!part) continue;
      for (const auto& [key, node] : *part) {
        if (node.is_table()) continue;
        if (auto added = add(std::string(key.str()), node, words); !added)
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
  const auto text = read_document(file);
  if (!text) return fail(fmt::format("there is no record {}", in_quotes(file.string())));
  const auto record = record_from_json(*text);
  if (!record) return fail(fmt::format("{}: {}", in_quotes(file.string()), record.error().what));
  const auto& command = record->run.command;
  if (!command.starts_with("jetmeter " + subcommand + " "))
    return fail(fmt::format("{} is the record of '{}', not of jetmeter {}",
                            in_quotes(file.string()), command.substr(0, command.find(" -")),
                            subcommand));
  std::vector<std::string> words;
  for (const auto& [option, value] : record->run.config)
    if (!is_default_of_old(option, value)) words.push_back(fmt::format("--{}={}", option, value));
  return words;
}

Result<std::vector<std::string>> with_config_files(std::vector<std::string> arguments) {
  std::vector<std::string> from_files, rest;
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
                                       : arguments_from_toml(file, arguments.front());
    if (!words) return tl::make_unexpected(words.error());
    if (option == kConfig && has_sweep(file)) from_files.push_back("--sweep-file=" + file);
    from_files.insert(from_files.end(), words->begin(), words->end());
  }
  if (!rest.empty()) rest.insert(rest.begin() + 1, from_files.begin(), from_files.end());
  return rest;
}

std::string to_toml(const OptionValues& values, const std::string& subcommand) {
  std::ostringstream out;
  out << '[' << subcommand << "]\n";
  std::vector<std::string> keys;
  std::map<std::string, toml::array> by_key;
  for (const auto& [key, value] : values) {
    auto& all = by_key[key];
    if (all.empty()) keys.push_back(key);
    all.push_back(value);
  }
  for (const auto& key : keys) {
    const auto& all = by_key[key];
    if (all.size() == 1)
      out << key << " = " << *all.front().as_string() << '\n';
    else
      out << key << " = " << all << '\n';
  }
  return std::move(out).str();
}

}  // namespace jetmeter
