#include <map>
#include <memory>

#include "cli/zoo_command.h"

namespace jetmeter {
namespace {

Action define(CLI::App& app, const Invocation& invocation) {
  const auto actions = std::make_shared<std::map<const CLI::App*, Action>>();
  for (const auto* command : {&zoo_list_command, &zoo_make_command}) {
    auto* child = app.add_subcommand(std::string(command->name), std::string(command->summary));
    (*actions)[child] = command->define(*child, invocation);
  }
  app.require_subcommand(1);
  app.footer("The options of each: jetmeter zoo make --help");
  return [&app, actions] { return actions->at(app.get_subcommands().front())(); };
}

}  // namespace

extern const Subcommand zoo_subcommand{
    "zoo", "models of real architectures with generated weights: list them, make files", define};

}  // namespace jetmeter
