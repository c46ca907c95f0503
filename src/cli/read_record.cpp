#include "cli/read_record.h"

#include <fmt/format.h>

namespace jetmeter {

Result<Record> read_record(const std::filesystem::path& run) {
  std::error_code error;
  const auto file = std::filesystem::is_directory(run, error) ? run / "report.json" : run;
  const auto text = read_document(file);
  if (!text)
    return fail(fmt::format("there is no record {}; name a run directory or a report.json",
                            in_quotes(file.string())));
  auto record = record_from_json(*text);
  if (!record) return fail(fmt::format("{}: {}", in_quotes(file.string()), record.error().what));
  return record;
}

}  // namespace jetmeter
