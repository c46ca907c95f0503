#include "jetmeter/doctor.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <system_error>
#include <thread>

#include "cli/subcommand.h"

namespace jetmeter {
namespace {

struct DoctorOptions {
  std::string format = "text", board;
  bool json = false, strict = false;
};

Nanoseconds one_second() {
  const auto began = system_clock().monotonic();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  return system_clock().monotonic() - began;
}

// A recorded tree does not move: one reading tells all of it.
Result<DoctorFacts> facts_of(const std::string& board) {
  if (board.empty()) return gather_facts(Host{}, one_second);
  std::error_code unreadable;
  if (!std::filesystem::is_directory(board, unreadable))
    return fail("--board " + in_quotes(board) + " is no folder that can be read");
  const Host host{board};
  const auto known = [&](std::string_view path) {
    return std::filesystem::exists(host.path(path), unreadable);
  };
  if (!known("/proc") && !known("/sys"))
    return fail("--board " + in_quotes(board) +
                " holds neither 'proc' nor 'sys': no machine was "
                "recorded there");
  return gather_facts(host);
}

std::size_t terminal_columns() {
  constexpr std::size_t kUsual = 100, kLeast = 60, kMost = 120;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return std::clamp<std::size_t>(size.ws_col, kLeast, kMost);
}

bool any_warning(const DoctorFacts& facts) {
  const auto findings = diagnose(facts);
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::warning; });
}

Action define(CLI::App& app, const Invocation& invocation) {
  const auto options = std::make_shared<DoctorOptions>();
  app.add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_flag("--json", options->json, "as --format json");
  app.add_option("--board", options->board,
                 "a folder with the recorded /proc and /sys of another machine, in place of this");
  app.add_flag("--strict", options->strict, "exit with 3 when a warning stands");
  return [options, terminal = invocation.terminal]() -> Result<ExitCode> {
    auto facts = facts_of(options->board);
    if (!facts) return tl::make_unexpected(facts.error());
    facts->backends = probe_backends();
    const bool json = options->json || options->format == "json";
    terminal->print(json ? doctor_json(*facts)
                         : doctor_text(*facts, {terminal->color_on_stdout(), terminal_columns()}));
    const bool failed = options->strict && any_warning(*facts);
    return failed ? ExitCode::gate_failed : ExitCode::done;
  };
}

}  // namespace

extern const Subcommand doctor_subcommand{
    "doctor", "what this machine is, what would distort a measurement now, which settings suit it",
    define};

}  // namespace jetmeter
