#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <map>
#include <sstream>
#include <vector>

#include "cli/arguments.h"
#include "cli/config_file.h"
#include "cli/subcommand.h"
#include "jetmeter/version.h"

namespace jetmeter {
namespace {

struct Program {
  CLI::App app{
      "Says what neural networks cost - time, memory, power - on this machine, and how far the\n"
      "numbers can be believed."};
  Terminal terminal;
  std::map<std::string, Action> actions;
  bool quiet = false, verbose = false, no_color = false;

  explicit Program(const std::string& command) {
    app.name(kProgramName);
    app.set_version_flag("--version", fmt::format("jetmeter {} ({})", kVersion, kGitRevision));
    app.require_subcommand(1);
    app.footer("New here? Try: jetmeter demo\nThe options of a subcommand: jetmeter detect --help");
    for (const auto* subcommand : subcommands()) {
      auto* child =
          app.add_subcommand(std::string(subcommand->name), std::string(subcommand->summary));
      child->footer("");  // not the program's
      if (subcommand->summary.empty()) child->group("");
      add_common_flags(*child);
      actions[std::string(subcommand->name)] = subcommand->define(*child, {&terminal, command});
      for (auto* own : child->get_subcommands({})) own->fallthrough();  // to those flags
    }
  }

  void add_common_flags(CLI::App& child) {
    auto* shorter =
        child.add_flag("-q,--quiet", quiet, "print results and errors only")->group("Output");
    child.add_flag("-v,--verbose", verbose, "print also what only run.log would tell")
        ->group("Output")
        ->excludes(shorter);
    child
        .add_flag("--no-color", no_color,
                  "no colours, also on a terminal, as where NO_COLOR is set")
        ->group("Output");
  }

  int fail_with(ExitCode code, std::string_view sentence) {
    terminal.error(sentence);
    return static_cast<int>(code);
  }

  // Of the subcommands that were typed; without one, the program.
  const CLI::App& innermost() const {
    const auto* child = &app;
    while (!child->get_subcommands().empty()) child = child->get_subcommands().front();
    return *child;
  }

  // A misspelt word is the likelier reason for what is missing.
  std::string what_is_missing(const CLI::RequiredError& error) const {
    const auto extras = app.remaining(true);
    if (extras.empty()) return error.what();
    const auto& child = innermost();
    return child.get_require_subcommand_min() > 0 ? no_subcommand(child, extras)
                                                  : unexpected(child, extras);
  }

  int parse_and_run(std::vector<std::string> words) {
    const bool is_word = !words.empty() && !words.front().starts_with("-");
    if (is_word && !actions.contains(words.front()))
      return fail_with(ExitCode::wrong_request, unknown_subcommand(app, words.front()));
    if (words.empty()) {
      terminal.print(app.help());
      return static_cast<int>(ExitCode::wrong_request);
    }
    try {
      std::ranges::reverse(words);
      app.parse(std::move(words));
    } catch (const CLI::ExtrasError&) {
      return fail_with(ExitCode::wrong_request, unexpected(innermost(), app.remaining(true)));
    } catch (const CLI::Success& done) {
      std::ostringstream out, nothing;
      app.exit(done, out, nothing);
      terminal.print(out.str());
      return exit_code(ExitCode::done);
    } catch (const CLI::RequiredError& error) {
      return fail_with(ExitCode::wrong_request, what_is_missing(error));
    } catch (const CLI::ParseError& error) {
      return fail_with(ExitCode::wrong_request, error.what());
    }
    terminal.configure({.quiet = quiet, .verbose = verbose, .color = !no_color});
    const auto code = actions.at(app.get_subcommands().front()->get_name())();
    if (!code) return fail_with(ExitCode::wrong_request, code.error().what);
    return exit_code(*code);
  }

  // What was lost on its way out is no success.
  int exit_code(ExitCode code) {
    const auto& why = terminal.why_output_is_lost();
    if (why.empty()) return static_cast<int>(code);
    terminal.error("standard output could not be written whole: " + why);
    return static_cast<int>(code == ExitCode::done ? ExitCode::slot_failed : code);
  }
};

}  // namespace
}  // namespace jetmeter

int main(int argc, char** argv) {
  using namespace jetmeter;
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    Program program("jetmeter " + shell_words(words));
    auto expanded = with_config_files(with_dashes(words), program.app);
    if (!expanded) return program.fail_with(ExitCode::wrong_request, expanded.error().what);
    return program.parse_and_run(std::move(*expanded));
  } catch (const std::exception& error) {
    Terminal().error(error.what());
    return static_cast<int>(ExitCode::nothing_measured);
  }
}
