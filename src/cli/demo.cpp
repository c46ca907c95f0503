#include <fmt/format.h>

#include <fstream>
#include <memory>

#include "cli/detect_request.h"
#include "cli/history_option.h"
#include "cli/number_checks.h"
#include "cli/run_command.h"
#include "jetmeter/zoo.h"

namespace jetmeter {
namespace {

struct State {
  std::int64_t frames = 300;
  std::string schedule = "parallel";
  std::string out;
  RunCommandOptions show;
};

// The same bytes every time, so that a record of a demo can be repeated.
Result<std::string> write_model(std::string_view name) {
  const std::filesystem::path folder = "runs/models";
  const auto path = folder / (std::string(name) + ".onnx");
  const auto bytes = build_zoo_model(name);
  if (!bytes) return tl::make_unexpected(bytes.error());
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  std::ofstream file(path, std::ios::binary);
  file << *bytes << std::flush;
  if (!file) return fail(fmt::format("cannot write the demo's model {}", in_quotes(path.string())));
  return path.string();
}

Result<ExitCode> demo(const State& state, const Invocation& invocation) {
  DetectOptions options;
  for (auto [model, name] :
       {std::pair{&options.model0, "scene-rgb"}, std::pair{&options.model1, "scene-thermal"}}) {
    auto written = write_model(name);
    if (!written) return tl::make_unexpected(written.error());
    *model = std::move(*written);
  }
  options.rgb_source = "synthetic=rgb";
  options.thermal_source = "synthetic=thermal";
  options.max_frames = state.frames;
  options.schedule = state.schedule;
  options.save_overlays = 4;
  options.run.out = state.out;

  auto spec = run_spec(options);
  if (!spec) return tl::make_unexpected(spec.error());
  spec->config = {{"mode", "dual"},
                  {"model0", options.model0},
                  {"model1", options.model1},
                  {"rgb-source", options.rgb_source},
                  {"thermal-source", options.thermal_source},
                  {"max-frames", std::to_string(options.max_frames)},
                  {"schedule", options.schedule},
                  {"save-overlays", std::to_string(options.save_overlays)}};
  return run_command(std::move(*spec), invocation, state.show);
}

Action define(CLI::App& app, const Invocation& invocation) {
  const auto state = std::make_shared<State>();
  app.add_option("--max-frames", state->frames, "pairs of frames")
      ->check(whole_from_one())
      ->capture_default_str();
  app.add_option("--schedule", state->schedule, "how the two detectors take turns")
      ->check(CLI::IsMember({"parallel", "alternate"}))
      ->capture_default_str();
  app.add_option("--out", state->out, "run directory; default: runs/<UTC time>");
  app.add_option("--format", state->show.format, "what goes to standard output")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str()
      ->group("Output");
  add_history_option(app, state->show.history);
  app.footer(
      "Two generated detectors on two generated streams, with known objects in them: what\n"
      "the report says can be checked. Needs no files and no network.");
  return [state, invocation] { return demo(*state, invocation); };
}

}  // namespace

extern const Subcommand demo_subcommand{"demo", "a dual run over generated scenes; needs nothing",
                                        define};

}  // namespace jetmeter
