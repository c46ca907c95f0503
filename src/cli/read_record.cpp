#include "cli/read_record.h"

#include <fmt/format.h>

namespace jetmeter {
namespace {

tl::unexpected<Error> no_record(const std::filesystem::path& run,
                                const std::filesystem::path& file) {
  std::error_code error;
  if (file != run && std::filesystem::exists(run / "run.log", error))
    return fail(fmt::format(
        "the run in {} goes on, or was killed before its end: it has no report.json; "
        "frames.jsonl and metrics.jsonl have what was measured until half a second before",
        in_quotes(run.string())));
  return fail(fmt::format("there is no record {}; name a run directory or a report.json",
                          in_quotes(file.string())));
}

}  // namespace

Result<Record> read_record(const std::filesystem::path& run) {
  std::error_code error;
  const auto file = std::filesystem::is_directory(run, error) ? run / "report.json" : run;
  const auto text = read_document(file);
  if (!text) return no_record(run, file);
  auto record = record_from_json(*text);
  if (!record) return fail(fmt::format("{}: {}", in_quotes(file.string()), record.error().what));
  return record;
}

}  // namespace jetmeter
