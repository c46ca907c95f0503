#include <array>

#include "cli/model_command.h"

namespace jetmeter {

extern const Subcommand model_inspect_command;
extern const Subcommand model_predict_command;

std::span<const Subcommand* const> model_commands() {
  static constexpr std::array<const Subcommand*, 2> kAll{
      &model_inspect_command,
      &model_predict_command,
  };
  return kAll;
}

}  // namespace jetmeter
