#include "inspect/names_metadata.h"

#include <fmt/format.h>

#include "inspect/text_table.h"

namespace jetmeter {
namespace {

// Where the entries of a bracketed list end: commas outside of quotes and of inner brackets.
struct Entries {
  std::size_t count = 0, third_end = 0;
};
Entries entries_of(std::string_view inside) {
  Entries entries;
  int depth = 0;
  char quote = 0;
  for (std::size_t i = 0; i <= inside.size(); ++i) {
    const char c = i < inside.size() ? inside[i] : ',';
    if (quote != 0) {
      quote = c == '\\' || c != quote ? quote : '\0';
      if (i < inside.size()) continue;
    }
    if (c == '\'' || c == '"') quote = c;
    depth += c == '{' || c == '[' || c == '(' ? 1 : c == '}' || c == ']' || c == ')' ? -1 : 0;
    if (c != ',' || (depth != 0 && i < inside.size())) continue;
    if (++entries.count <= 3) entries.third_end = i;
  }
  return entries;
}

}  // namespace

std::string short_metadata(std::string_view value, std::size_t most) {
  if (characters(value) <= most) return visible_text(value);
  const bool bracketed = (value.front() == '{' && value.back() == '}') ||
                         (value.front() == '[' && value.back() == ']');
  if (bracketed) {
    const auto inside = value.substr(1, value.size() - 2);
    const auto entries = entries_of(inside);
    if (entries.count > 3)
      return cut_middle(visible_text(fmt::format("{}{}, …{} ({} entries)", value.front(),
                                                 inside.substr(0, entries.third_end), value.back(),
                                                 entries.count)),
                        most);
  }
  return cut_middle(visible_text(value), most);
}

}  // namespace jetmeter
