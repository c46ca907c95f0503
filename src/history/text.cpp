#include "history/text.h"

namespace jetmeter {
std::string first_line(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\n");
  if (begin == text.npos) return "";
  text.remove_prefix(begin);
  text = text.substr(0, text.find('\n'));
  const auto end = text.find_last_not_of(" \t\r.");
  return std::string(text.substr(0, end + 1));
}

}  // namespace jetmeter
