#include "jetmeter/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "cli/read_record.h"
#include "cli/subcommand.h"
#include "jetmeter/record.h"

namespace jetmeter {
namespace {

struct ReportOptions {
  std::string run = "runs/latest";
  std::string format = "text";
  std::string out;
};

Result<ExitCode> render(const ReportOptions& options, Terminal& terminal) {
  const auto record = read_record(options.run);
  if (!record) return tl::make_unexpected(record.error());
  const auto format =
      std::ranges::find(formats(), options.format, [](const Format* f) { return f->name; });
  const auto text = (*format)->render(*record, {.color = terminal.color_on_stdout()});
  if (options.out.empty()) {
    terminal.print(text);
    return ExitCode::done;
  }
  std::ofstream file(options.out, std::ios::binary);
  file << text << std::flush;
  if (!file) return fail(fmt::format("cannot write {}", in_quotes(options.out)));
  return ExitCode::done;
}

Action define(CLI::App& app, const Invocation& invocation) {
  const auto options = std::make_shared<ReportOptions>();
  std::vector<std::string> names;
  for (const auto* format : formats()) names.emplace_back(format->name);
  app.add_option("run", options->run, "a run directory or a report.json")->capture_default_str();
  app.add_option("--format", options->format, "how to write it")
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  app.add_option("--out", options->out, "a file instead of standard output");
  return [options, terminal = invocation.terminal] { return render(*options, *terminal); };
}

}  // namespace

extern const Subcommand report_subcommand{"report", "renders the record of a run again", define};

}  // namespace jetmeter
