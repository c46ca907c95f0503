#include "pipelines/names.h"

#include <cctype>
#include <charconv>

namespace jetmeter {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool take(char expected) {
    skip_spaces();
    if (text_.empty() || text_.front() != expected) return false;
    text_.remove_prefix(1);
    return true;
  }

  std::optional<int> number() {
    skip_spaces();
    int value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc{} || value < 0) return std::nullopt;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }

  std::optional<std::string> quoted_text() {
    const char quote = take('\'') ? '\'' : take('"') ? '"' : '\0';
    if (quote == '\0') return std::nullopt;
    std::string value;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] == quote) {
        text_.remove_prefix(i + 1);
        return value;
      }
      if (text_[i] == '\\' && i + 1 < text_.size()) ++i;
      value += text_[i];
    }
    return std::nullopt;
  }

  // JSON has its keys in quotes, Python's repr() has not.
  std::optional<int> key() {
    const bool is_quoted = take('"') || take('\'');
    const auto value = number();
    if (is_quoted && !take('"') && !take('\'')) return std::nullopt;
    return take(':') ? value : std::nullopt;
  }

  bool at_end() {
    skip_spaces();
    return text_.empty();
  }

 private:
  void skip_spaces() {
    while (!text_.empty() && std::isspace(static_cast<unsigned char>(text_.front())) != 0)
      text_.remove_prefix(1);
  }

  std::string_view text_;
};

using Names = std::vector<std::string>;

// Ids ascend from 0, as every exporter writes them.
std::optional<Names> read_entries(Reader& reader, char closing, bool with_keys) {
  Names names;
  while (!reader.take(closing)) {
    if (with_keys && reader.key() != static_cast<int>(names.size())) return std::nullopt;
    auto name = reader.quoted_text();
    if (!name) return std::nullopt;
    names.push_back(std::move(*name));
    if (reader.take(',')) continue;
    if (!reader.take(closing)) return std::nullopt;
    break;
  }
  if (names.empty() || !reader.at_end()) return std::nullopt;
  return names;
}

}  // namespace

std::optional<Names> parse_names(std::string_view text) {
  Reader reader(text);
  if (reader.take('{')) return read_entries(reader, '}', true);
  if (reader.take('[')) return read_entries(reader, ']', false);
  return std::nullopt;
}

std::optional<Size> parse_image_size(std::string_view text) {
  Reader reader(text);
  const bool is_list = reader.take('[') || reader.take('(');
  const auto height = reader.number();
  if (!height) return std::nullopt;
  const auto width = is_list && reader.take(',') ? reader.number() : height;
  if (is_list && !reader.take(']') && !reader.take(')')) return std::nullopt;
  if (!width || *width == 0 || *height == 0 || !reader.at_end()) return std::nullopt;
  return Size{*width, *height};
}

}  // namespace jetmeter
