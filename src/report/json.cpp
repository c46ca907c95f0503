#include "jetmeter/report.h"

namespace jetmeter {
namespace {

std::string render(const Record& record, const RenderOptions&) {
  return to_json(record);
}

}  // namespace

extern const Format json_format{"json", ".json", "the whole record; see docs/record-schema.md",
                                render};

}  // namespace jetmeter
