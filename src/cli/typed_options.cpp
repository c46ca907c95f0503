#include "cli/typed_options.h"

#include <algorithm>
#include <limits>

namespace jetmeter {
namespace {

// A number below zero is a value.
bool is_option(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && !(word[1] >= '0' && word[1] <= '9');
}

// How many words after its own the option must and may have as values.
struct Appetite {
  std::ptrdiff_t least = 0, most = 0;
};

Appetite appetite_of(const CLI::Option& option) {
  const int most = option.get_items_expected_max();
  if (most == 0) return {};
  if (option.get_allow_extra_args())
    return {option.get_type_size_min(), std::numeric_limits<int>::max()};
  const bool repeats = most >= CLI::detail::expected_max_vector_size / 16;
  return {option.get_type_size_min(), repeats ? option.get_type_size_max() : most};
}

// As CLI11 reads a command line.
class Walk {
 public:
  Walk(const std::vector<std::string>& words, const CLI::App& subcommand)
      : word_(words.begin()), end_(words.end()), subcommand_(subcommand) {}

  std::set<const CLI::Option*> typed() {
    if (word_ != end_) ++word_;  // the subcommand's name
    bool positional_only = false;
    while (word_ != end_) {
      const auto& word = *word_++;
      if (!positional_only && word == "--")
        positional_only = true;
      else if (!positional_only && is_option(word))
        take_option(word);
      else
        take_positional();
    }
    return std::move(typed_);
  }

 private:
  void take_option(const std::string& word) {
    const auto equals = word.find('=');
    const auto* option = subcommand_.get_option_no_throw(word.substr(0, equals));
    if (!option) return;
    typed_.insert(option);
    const auto appetite = appetite_of(*option);
    std::ptrdiff_t taken = equals != std::string::npos && equals + 1 < word.size() ? 1 : 0;
    for (; taken < appetite.least && word_ != end_; ++taken) ++word_;
    for (; taken < appetite.most && word_ != end_ && !is_option(*word_); ++taken) ++word_;
  }
  void take_positional() {
    for (const auto* option : subcommand_.get_options()) {
      if (!option->get_positional()) continue;
      if (!typed_.insert(option).second && !option->get_allow_extra_args()) continue;
      return;
    }
  }

  std::vector<std::string>::const_iterator word_, end_;
  const CLI::App& subcommand_;
  std::set<const CLI::Option*> typed_;
};

}  // namespace

std::set<const CLI::Option*> typed_options(const std::vector<std::string>& words,
                                           const CLI::App& subcommand) {
  return Walk(words, subcommand).typed();
}

}  // namespace jetmeter
