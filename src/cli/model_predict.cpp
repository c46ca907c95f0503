#include <fmt/format.h>

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "cli/interrupts.h"
#include "cli/predict_request.h"
#include "cli/predict_text.h"
#include "cli/scratch_folder.h"
#include "cli/subcommand.h"
#include "jetmeter/machine.h"
#include "jetmeter/model.h"
#include "jetmeter/predict.h"

namespace jetmeter {
namespace {

constexpr Precision kUsualPrecision = Precision::fp16;

Result<Precision> precision_of(const PredictRequest& request) {
  if (request.precision.empty()) return kUsualPrecision;
  return parse_precision(request.precision);
}

std::string file_name(const PredictRequest& request) {
  return std::filesystem::path(request.model).filename().string();
}

PredictionView view_of(const PredictRequest& request, const FusedModel& model,
                       const Prediction& prediction) {
  return {file_name(request), &model, &prediction, request.batch, request.top};
}

ExitCode show(const PredictionView& view, const PredictRequest& request, Terminal& terminal) {
  terminal.print(request.format == "json" ? prediction_json(view) : prediction_text(view));
  return ExitCode::done;
}

// ---- boards ------------------------------------------------------------------------------------

// "Jetson Orin Nano 8GB Super" as people type it.
std::string typed_name(std::string_view name) {
  constexpr std::string_view kVendor = "Jetson ";
  if (name.rfind(kVendor, 0) == 0) name.remove_prefix(kVendor.size());
  std::string typed;
  for (const char c : name)
    typed += c == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return typed;
}

Result<const Device*> board_named(const std::string& typed) {
  auto device = find_device(typed);
  if (device) return device;
  std::vector<std::string> names;
  for (const auto& each : device_table()) names.push_back(typed_name(each.name));
  if (const auto guess = closest(typed, names))
    return fail(fmt::format("no board {} is known; did you mean {}?", in_quotes(typed), *guess));
  return device;
}

Result<ExitCode> predict_for_board(const PredictRequest& request, const CostedModel& model,
                                   Precision precision, Terminal& terminal) {
  const auto device = board_named(request.board);
  if (!device) return tl::make_unexpected(device.error());
  const auto target = board_target(**device, request.mode);
  if (!target) return tl::make_unexpected(target.error());
  const auto kernels = fused(model, tensorrt_fusion());
  const auto prediction = predict(kernels, *target, precision);
  if (!prediction) return tl::make_unexpected(prediction.error());
  return show(view_of(request, kernels, *prediction), request, terminal);
}

BoardLine line_of(const Device& device, std::string_view mode, const FusedModel& model,
                  Precision precision) {
  BoardLine line{std::string(device.name), std::string(mode), std::nullopt, ""};
  const auto target = board_target(device, mode);
  if (!target) {
    line.why = target.error().what;
    return line;
  }
  line.mode = target->mode;
  auto prediction = predict(model, *target, precision);
  if (prediction)
    line.prediction = std::move(*prediction);
  else
    line.why = prediction.error().what;
  return line;
}

Result<ExitCode> predict_for_boards(const PredictRequest& request, const CostedModel& model,
                                    Precision precision, Terminal& terminal) {
  const Device* only = nullptr;
  if (request.board != "this") {
    const auto device = board_named(request.board);
    if (!device) return tl::make_unexpected(device.error());
    only = *device;
  }
  const auto kernels = fused(model, tensorrt_fusion());
  if (const auto taken = check_for_tensorrt(kernels); !taken)
    return tl::make_unexpected(taken.error());
  std::vector<BoardLine> lines;
  for (const auto& device : device_table()) {
    if (only != nullptr && only != &device) continue;
    if (!request.all_modes || device.modes.empty()) {
      lines.push_back(line_of(device, "", kernels, precision));
      continue;
    }
    for (const auto& mode : device.modes)
      lines.push_back(line_of(device, mode.name, kernels, precision));
  }
  const BoardsView view{file_name(request), &kernels, lines, request.batch};
  terminal.print(request.format == "json" ? boards_json(view) : boards_text(view));
  return ExitCode::done;
}

// ---- this machine ------------------------------------------------------------------------------

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

CalibrationKey key_of(const BackendChoice& choice, const PredictRequest& request) {
  const auto machine = identify_machine(Host{});
  const auto probe = choice.backend->probe();
  return {fmt::format("{}, {} cores", machine.cpu, machine.cores),
          std::string(choice.backend->name), probe.version, "cpu", request.threads};
}

// Complete or not there.
bool keep(const MachineCalibration& calibration, const std::filesystem::path& cache,
          const CalibrationKey& key) {
  if (cache.empty()) return false;
  std::error_code error;
  std::filesystem::create_directories(cache, error);
  const auto path = calibration_file(cache, key);
  const auto part = path.string() + "." + std::to_string(::getpid());
  {
    std::ofstream file(part);
    file << to_json(calibration);
    if (!file.flush()) return false;
  }
  std::filesystem::rename(part, path, error);
  return !error;
}

Result<MachineCalibration> measured(const BackendChoice& choice, const CalibrationKey& key,
                                    const std::filesystem::path& cache, Terminal& terminal) {
  const ScratchFolder folder;
  if (folder.path().empty())
    return fail("no folder for the micro models can be made; TMPDIR names where");
  terminal.note("measuring what this machine can do, about a minute; it is remembered");
  CalibrationOptions options;
  options.folder = folder.path();
  options.watch = [&](std::size_t done, std::size_t all) {
    terminal.status(fmt::format("calibrating {}/{}", done, all));
    return interrupts() == 0;
  };
  auto calibration = calibrate(choice, key, options);
  terminal.status("");
  if (!calibration) return calibration;
  if (!keep(*calibration, cache, key))
    terminal.note("the calibration could not be kept; the next prediction measures again");
  return calibration;
}

Result<ExitCode> predict_for_this(const PredictRequest& request, const CostedModel& model,
                                  Terminal& terminal) {
  const auto choice = choose_backend("onnxruntime", request.model);
  if (!choice) return tl::make_unexpected(choice.error());
  const auto cache =
      cache_folder(variable("XDG_CACHE_HOME"), variable("HOME")).value_or(std::filesystem::path());
  const auto key = key_of(*choice, request);
  std::optional<MachineCalibration> calibration;
  if (!request.recalibrate && !cache.empty()) calibration = cached_calibration(cache, key);
  if (!calibration) {
    const InterruptGuard guard;
    auto fresh = measured(*choice, key, cache, terminal);
    if (interrupts() > 0) {
      terminal.note("stopped; nothing of the calibration was kept");
      return ExitCode::interrupted;
    }
    if (!fresh) return tl::make_unexpected(fresh.error());
    calibration = std::move(*fresh);
  }
  const auto kernels = fused(model, onnxruntime_cpu_fusion());
  const auto prediction = predict(kernels, *calibration);
  return show(view_of(request, kernels, prediction), request, terminal);
}

Result<ExitCode> carry_out(const PredictRequest& request, Terminal& terminal) {
  if (const auto good = check(request); !good) return tl::make_unexpected(good.error());
  const auto precision = precision_of(request);
  if (!precision) return tl::make_unexpected(precision.error());
  const auto model = read_costed(request);
  if (!model) return tl::make_unexpected(model.error());
  if (request.all_boards || request.all_modes)
    return predict_for_boards(request, *model, *precision, terminal);
  if (request.board != "this") return predict_for_board(request, *model, *precision, terminal);
  return predict_for_this(request, *model, terminal);
}

Action define(CLI::App& app, const Invocation& invocation) {
  const auto request = std::make_shared<PredictRequest>();
  add_predict_options(app, *request);
  app.footer(
      "Examples:\n"
      "  jetmeter model predict yolo11n.onnx --board orin-nano-8gb-super --precision int8\n"
      "  jetmeter model predict yolo11n.onnx --all-boards\n"
      "  jetmeter model predict yolo11n.onnx --threads 1");
  return [request, terminal = invocation.terminal] { return carry_out(*request, *terminal); };
}

}  // namespace

extern const Subcommand model_predict_command{
    "predict", "how fast it should be on a board, or on this machine", define};

}  // namespace jetmeter
