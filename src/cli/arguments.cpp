#include "cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "jetmeter/core.h"

namespace jetmeter {
namespace {

std::string without_value(const std::string& word) {
  return word.substr(0, word.find('='));
}

std::vector<std::string> long_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

bool needs_quotes(const std::string& word) {
  constexpr std::string_view kPlain = "-_=./:,+@%#";
  return word.empty() || std::ranges::any_of(word, [&](unsigned char c) {
           return std::isalnum(c) == 0 && kPlain.find(static_cast<char>(c)) == kPlain.npos;
         });
}

}  // namespace

std::vector<std::string> with_dashes(std::vector<std::string> arguments) {
  for (auto& word : arguments) {
    if (!word.starts_with("--")) continue;
    const auto end = word.begin() + static_cast<std::ptrdiff_t>(without_value(word).size());
    std::replace(word.begin(), end, '_', '-');
  }
  return arguments;
}

std::string unexpected(const CLI::App& app, const std::vector<std::string>& extras) {
  const auto is_option = [](const std::string& word) { return word.starts_with("-"); };
  const auto option = std::ranges::find_if(extras, is_option);
  const auto& word = option == extras.end() ? extras.front() : *option;
  auto name = app.get_name();
  for (const auto* parent = app.get_parent(); parent && parent->get_parent();
       parent = parent->get_parent())
    name = parent->get_name() + " " + name;
  const auto command = name == kProgramName ? name : fmt::format("{} {}", kProgramName, name);
  if (option == extras.end())
    return fmt::format("{} takes no {}; see {} --help", name, in_quotes(word), command);
  const auto names = long_names(app);
  const auto meant = closest(without_value(word), names);
  return fmt::format("{} has no option {}{}; see {} --help", name, in_quotes(without_value(word)),
                     meant ? fmt::format("; did you mean {}?", *meant) : "", command);
}

std::string no_subcommand(const CLI::App& app, const std::vector<std::string>& extras) {
  const bool is_word = !extras.front().starts_with("-");
  return is_word ? unknown_subcommand(app, extras.front()) : unexpected(app, extras);
}

std::string unknown_subcommand(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const auto* subcommand :
       app.get_subcommands([](const CLI::App* a) { return !a->get_group().empty(); }))
    names.push_back(subcommand->get_name());
  const auto meant = closest(word, names);
  return fmt::format("there is no subcommand {}{}; there are {}", in_quotes(word),
                     meant ? fmt::format("; did you mean {}?", *meant) : "",
                     fmt::join(names, ", "));
}

std::string shell_words(const std::vector<std::string>& arguments) {
  std::string text;
  for (const auto& word : arguments) {
    if (!text.empty()) text += ' ';
    if (!needs_quotes(word)) {
      text += word;
      continue;
    }
    text += '\'';
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += '\'';
  }
  return text;
}

}  // namespace jetmeter
