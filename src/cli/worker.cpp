#include <memory>

#include "cli/subcommand.h"
#include "jetmeter/run.h"

namespace jetmeter {
namespace {

Action define(CLI::App& app, const Invocation&) {
  const auto slots = std::make_shared<int>(1);
  app.add_option("slots", *slots)->required();
  return [slots]() -> Result<ExitCode> { return static_cast<ExitCode>(worker_main(*slots)); };
}

}  // namespace

// Started by the supervisor, never by a person: no summary, so that --help is silent on it.
extern const Subcommand worker_subcommand{"worker", "", define};

}  // namespace jetmeter
