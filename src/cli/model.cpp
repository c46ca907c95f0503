#include <map>
#include <memory>

#include "cli/model_command.h"

namespace jetmeter {
namespace {

Action define(CLI::App& app, const Invocation& invocation) {
  const auto actions = std::make_shared<std::map<const CLI::App*, Action>>();
  for (const auto* command : model_commands()) {
    auto* child = app.add_subcommand(std::string(command->name), std::string(command->summary));
    (*actions)[child] = command->define(*child, invocation);
  }
  app.require_subcommand(1);
  app.footer("The options of each: jetmeter model cost --help");
  return [&app, actions] { return actions->at(app.get_subcommands().front())(); };
}

}  // namespace

extern const Subcommand model_subcommand{
    "model", "look into a model, cost it, convert, quantise and verify it", define};

}  // namespace jetmeter
