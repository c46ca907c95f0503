#include "jetmeter/monitor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "cli/subcommand.h"

namespace jetmeter {
namespace {

struct MonitorArguments {
  bool once = false, json = false, ascii = false;
  std::string log, replay, board, duration;
  std::string interval = "1s", format = "text";
  double speed = 1;
};

// POSIX: the first of these that is set and not empty decides.
bool locale_is_utf8() {
  for (const auto* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(variable);
    if (!value || *value == '\0') continue;
    std::string name(value);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    return name.find("utf-8") != name.npos || name.find("utf8") != name.npos;
  }
  return false;
}

Result<MonitorOptions> options_of(const MonitorArguments& arguments, const Terminal& terminal) {
  if (!arguments.replay.empty() && !arguments.board.empty())
    return fail("--replay and --board name two things to look at; give one of them");
  MonitorOptions options;
  const auto interval = parse_duration(arguments.interval);
  if (!interval) return fail("--interval: " + interval.error().what);
  options.interval = *interval;
  if (!arguments.duration.empty()) {
    const auto duration = parse_duration(arguments.duration);
    if (!duration) return fail("--duration: " + duration.error().what);
    options.duration = *duration;
  }
  options.once = arguments.once;
  options.json = arguments.json || arguments.format == "json";
  options.log = arguments.log;
  options.replay = arguments.board.empty() ? arguments.replay : arguments.board;
  options.speed = arguments.speed;
  const bool on_terminal = isatty(STDOUT_FILENO) == 1, dumb = is_dumb_terminal();
  if (on_terminal && dumb && !options.once && options.log.empty() && !options.duration)
    return fail(
        "this terminal is dumb, as TERM says, and cannot show a screen that changes; give --once");
  options.full_screen = on_terminal && !dumb;
  options.ascii = arguments.ascii || !locale_is_utf8();
  options.color = terminal.color_on_stdout();
  return options;
}

Result<ExitCode> monitor(const MonitorArguments& arguments, Terminal& terminal) {
  const auto options = options_of(arguments, terminal);
  if (!options) return tl::make_unexpected(options.error());
  MonitorOutput output;
  output.print = [&](std::string_view text) { terminal.print(text); };
  output.note = [&](std::string_view text) { terminal.note(text); };
  const auto outcome = run_monitor(*options, output);
  if (!outcome) return tl::make_unexpected(outcome.error());
  if (outcome->unwritten.empty()) return ExitCode::done;
  terminal.error(outcome->unwritten);
  return ExitCode::slot_failed;
}

Action define(CLI::App& app, const Invocation& invocation) {
  const auto arguments = std::make_shared<MonitorArguments>();
  app.add_flag("--once", arguments->once, "print one screenful and end");
  app.add_option("--format", arguments->format, "of --once: text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_flag("--json", arguments->json, "as --format json");
  app.add_option("--interval", arguments->interval, "between readings, 100ms at least")
      ->capture_default_str();
  app.add_option("--duration", arguments->duration, "ends after this time; without: never");
  app.add_option("--log", arguments->log,
                 "writes every reading into this file: CSV when it ends in .csv, else JSONL");
  app.add_option("--replay", arguments->replay,
                 "shows a recording: a run directory, a metrics.jsonl, a --log in JSONL, a log "
                 "of tegrastats, or a board's folder");
  app.add_option("--board", arguments->board, "the same for a board's folder");
  app.add_option("--speed", arguments->speed, "of a recording; 2 is twice as fast")
      ->capture_default_str();
  app.add_flag("--ascii", arguments->ascii, "no characters outside ASCII");
  return [arguments, terminal = invocation.terminal] { return monitor(*arguments, *terminal); };
}

}  // namespace

extern const Subcommand monitor_subcommand{
    "monitor", "shows memory, load, temperatures, power and processes, live or recorded", define};

}  // namespace jetmeter
