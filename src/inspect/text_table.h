// Text in aligned columns, for a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jetmeter {

// `text` with control characters made visible.
std::string visible_text(std::string_view text);
// Characters, not bytes.
std::size_t characters(std::string_view text);
// At most the first so many.
std::string_view first_characters(std::string_view text, std::size_t n);
// At most so many characters; the middle gives way to "…", since names differ at both ends.
std::string cut_middle(std::string_view text, std::size_t most);
// "1,234,567"
std::string grouped(std::uint64_t);
std::string counted(std::uint64_t n, std::string_view noun);  // "1 node", "2 nodes"

class TextTable {
 public:
  struct Column {
    std::string title;
    bool right = false;
    std::size_t most = 60;  // characters
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // Indented by two; columns in which nothing stands are left out. The last column gives way, down
  // to 12 characters, where a line would be wider than `columns`.
  std::string render(std::size_t columns) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace jetmeter
