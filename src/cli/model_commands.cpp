#include <array>

#include "cli/model_command.h"

namespace jetmeter {

extern const Subcommand model_convert_command, model_cost_command, model_inspect_command,
    model_predict_command, model_quantize_command, model_verify_command;

std::span<const Subcommand* const> model_commands() {
  static constexpr std::array<const Subcommand*, 6> kAll{
      &model_inspect_command, &model_cost_command,     &model_predict_command,
      &model_convert_command, &model_quantize_command, &model_verify_command,
  };
  return kAll;
}

}  // namespace jetmeter
