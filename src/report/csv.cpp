#include "jetmeter/report.h"
#include "report/columns.h"

namespace jetmeter {
namespace {

// RFC 4180: quotes only where they are needed.
std::string quoted_if_needed(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

template <typename Field>
std::string line(Field field) {
  std::string out;
  for (const auto& column : slot_columns()) {
    if (!out.empty()) out += ',';
    out += quoted_if_needed(field(column));
  }
  return out + '\n';
}

std::string render(const Record& record, const RenderOptions&) {
  auto out = line([](const Column& column) { return std::string(column.key); });
  for (const auto& slot : record.slots)
    out += line([&](const Column& column) { return for_programs(column.get(slot)); });
  return out;
}

}  // namespace

extern const Format csv_format{"csv", ".csv", "one row per slot, every digit", render};

}  // namespace jetmeter
