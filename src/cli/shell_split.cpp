#include "cli/shell_split.h"

namespace jetmeter {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n';
}

// Of what a backslash can stand before inside double quotes.
bool is_special(char c) {
  return c == '"' || c == '\\' || c == '$' || c == '`';
}

// Appends what `quote` opened at `at`; the place of its end, npos where it has none.
std::size_t take_quoted(std::string_view text, std::size_t at, std::string& word) {
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == quote) return i;
    const bool escapes =
        quote == '"' && text[i] == '\\' && i + 1 < text.size() && is_special(text[i + 1]);
    if (escapes) ++i;
    word += text[i];
  }
  return std::string_view::npos;
}

}  // namespace

Result<std::vector<std::string>> shell_split(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_blank(text[i])) {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
      continue;
    }
    in_word = true;
    if (text[i] == '\'' || text[i] == '"') {
      i = take_quoted(text, i, word);
      if (i == text.npos) return fail("a quote is not closed in " + in_quotes(text));
    } else if (text[i] == '\\') {
      if (i + 1 == text.size()) return fail("nothing follows the backslash of " + in_quotes(text));
      word += text[++i];
    } else {
      word += text[i];
    }
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

}  // namespace jetmeter
