#include "cli/run_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "cli/history_option.h"
#include "cli/interrupts.h"
#include "cli/log_follower.h"
#include "cli/rerun.h"
#include "jetmeter/model.h"
#include "jetmeter/report.h"

namespace jetmeter {
namespace {

// Only a convenience: a file system without links loses nothing else.
void point_latest_to(const std::filesystem::path& out) {
  std::error_code error;
  const auto latest = out.parent_path() / "latest";
  std::filesystem::remove(latest, error);
  std::filesystem::create_directory_symlink(out.filename(), latest, error);
}

std::string_view format_name(const RunCommandOptions& options) {
  return options.format;
}

void show(const RunOutcome& outcome, Terminal& terminal, const RunCommandOptions& options) {
  const auto format =
      std::ranges::find(formats(), format_name(options), [](const Format* f) { return f->name; });
  if (format != formats().end())
    terminal.print((*format)->render(outcome.record, {.color = terminal.color_on_stdout()}));
}

void tell_of_failures(const RunOutcome& outcome, const RunSpec& spec, Terminal& terminal) {
  for (const auto& unwritten : outcome.unwritten) terminal.error(unwritten.what);
  for (const auto& slot : outcome.record.slots)
    if (slot.status == SlotStatus::failed || slot.status == SlotStatus::over_budget)
      terminal.error(fmt::format("{}: {}", slot.name, slot.reason));
  const auto report = spec.out / "report.md";
  std::error_code error;
  if (std::filesystem::exists(report, error))
    terminal.note(fmt::format("report: {}", report.string()));
}

// Before anything is measured: a device that nobody has is a wrong request.
Result<void> check_devices(const RunSpec& spec) {
  for (const auto& slot : spec.slots) {
    if (slot.load.device.empty() || slot.model.empty() || !slot.skip_reason.empty()) continue;
    const auto choice = choose_backend(slot.backend, slot.model);
    if (!choice) continue;  // run() says why
    if (auto offered = check_device(*choice, slot.model, slot.load.device); !offered)
      return fail(fmt::format("{}: {}", slot.name, offered.error().what));
  }
  return {};
}

}  // namespace

std::filesystem::path fresh_directory() {
  auto stamp = format_utc(system_clock().wall()).substr(0, 19) + "Z";
  std::ranges::replace(stamp, ':', '-');
  std::filesystem::path path = std::filesystem::path("runs") / stamp;
  std::error_code error;
  for (int n = 2; std::filesystem::exists(path, error); ++n)
    path = std::filesystem::path("runs") / fmt::format("{}-{}", stamp, n);
  return path;
}

Result<void> check_host_root(const std::string& host_root) {
  std::error_code error;
  if (std::filesystem::is_directory(host_root, error)) return {};
  return fail(fmt::format("--host-root: there is no folder {}", in_quotes(host_root)));
}

namespace {

bool is_over(const SlotRecord& slot) {
  return !slot.memory.within_limit.value_or(true);
}

// A gate that fails says so: the slot itself may have come to its end.
void tell_of_strict_memory(const RunOutcome& outcome, Terminal& terminal) {
  for (const auto& slot : outcome.record.slots)
    if (is_over(slot))
      terminal.error(fmt::format("{}: not within its memory limit of {} (--strict-memory)",
                                 slot.name, format_bytes(*slot.memory.limit_bytes)));
}

}  // namespace

ExitCode exit_code(const RunOutcome& outcome, bool strict_memory) {
  const auto& slots = outcome.record.slots;
  if (outcome.interrupted) return ExitCode::interrupted;
  if (outcome.refused) return ExitCode::wrong_request;
  if (strict_memory && std::ranges::any_of(slots, is_over)) return ExitCode::gate_failed;
  if (std::ranges::none_of(slots, [](const auto& s) { return s.frames > 0; }))
    return ExitCode::nothing_measured;
  const bool whole = outcome.unwritten.empty() && std::ranges::all_of(slots, [](const auto& s) {
                       return s.status == SlotStatus::completed || s.status == SlotStatus::skipped;
                     });
  return whole ? ExitCode::done : ExitCode::slot_failed;
}

Result<ExitCode> run_command(RunSpec spec, const Invocation& invocation,
                             const RunCommandOptions& options) {
  if (!options.from.empty())
    if (auto read = expect_models(spec, options.from); !read)
      return tl::make_unexpected(read.error());
  if (auto offered = check_devices(spec); !offered) return tl::make_unexpected(offered.error());
  const bool own_place = spec.out.empty();
  if (own_place) spec.out = fresh_directory();
  spec.command = without_password(invocation.command);
  auto& terminal = *invocation.terminal;
  RunContext context;
  context.host.root = options.host_root;
  context.worker = "/proc/self/exe";
  context.interrupts = &interrupt_count();
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value ? value : "");
  };
  context.cache = cache_folder(variable("XDG_CACHE_HOME"), variable("HOME")).value_or("");
  context.step = [&](int number, std::string_view what) { terminal.step(number, what); };
  context.note = [&](std::string_view text) { terminal.note(text); };
  context.progress = [&](const Progress& progress) { terminal.progress(progress); };
  context.warn = [&](const Warning& warning) { terminal.warn(warning); };
  const auto outcome = [&] {
    const InterruptGuard guard;
    std::optional<LogFollower> log;
    if (terminal.verbose())
      log.emplace(spec.out / "run.log", [&](std::string_view line) {
        if (only_in_log(line)) terminal.detail(line);
      });
    return run(spec, context);
  }();
  if (!outcome) return tl::make_unexpected(outcome.error());
  if (own_place) point_latest_to(spec.out);
  if (options.finished) options.finished(*outcome);
  show(*outcome, terminal, options);
  // Before what the exit code is about, which is to be the last that is told.
  remember(outcome->record, spec.out.string(), options.history, terminal);
  tell_of_failures(*outcome, spec, terminal);
  if (options.strict_memory) tell_of_strict_memory(*outcome, terminal);
  return exit_code(*outcome, options.strict_memory);
}

}  // namespace jetmeter
