#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "cli/runtime_probe.h"
#include "cli/subcommand.h"
#include "jetmeter/inspect.h"
#include "jetmeter/machine.h"

namespace jetmeter {
namespace {

struct InspectRequest {
  std::string model, format = "text", graph;
  std::size_t boxes = 60;
  bool layers = false;
};

// Where it is shown to a person, at the terminal's width; files and pipes take all of it.
std::size_t columns_of_stdout(bool layers) {
  constexpr std::size_t kUsual = 100, kAll = 400;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return std::clamp<std::size_t>(size.ws_col, 60, kAll);
  return layers ? kAll : kUsual;
}

std::optional<std::pair<int, int>> capability_of(const std::string& text) {
  std::pair<int, int> parts;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%d.%d%c", &parts.first, &parts.second, &rest) != 2)
    return std::nullopt;
  return parts;
}

PlanMachine plan_machine(const Machine& machine) {
  PlanMachine facts;
  facts.has_gpu = !machine.gpus.empty() || machine.board ||
                  machine.memory_architecture != MemoryArchitecture::host;
  facts.sm_count = machine.active_sms;
  if (!machine.gpus.empty()) {
    const auto& gpu = machine.gpus.front();
    if (gpu.compute_capability) facts.compute_capability = capability_of(*gpu.compute_capability);
    facts.gpu_memory_bytes = gpu.memory_bytes;
  }
  return facts;
}

void add_notes(Inspection& inspection) {
  if (const auto* plan = std::get_if<PlanHeader>(&inspection.what)) {
    if (auto why = plan_refusal(*plan, plan_machine(identify_machine(Host{}))))
      inspection.notes.push_back("does not run here: " + *std::move(why));
  } else if (const auto* onnx = std::get_if<Inspection::Onnx>(&inspection.what)) {
    if (auto why = runtime_refusal(onnx->model)) inspection.notes.push_back(*std::move(why));
  }
}

// Complete or not there at all.
Result<void> write_picture(const Inspection& inspection, const InspectRequest& request) {
  const auto* onnx = std::get_if<Inspection::Onnx>(&inspection.what);
  if (onnx == nullptr) return fail("--graph draws ONNX files; this one does not tell its graph");
  const auto path = replaceable(request.graph);
  if (!path) return tl::make_unexpected(path.error());
  const GraphPictureOptions options{request.boxes, inspection.path.filename().string()};
  const auto text = path->extension() == ".dot" ? graph_dot(onnx->model, options)
                                                : graph_svg(onnx->model, options);
  const auto part = path->string() + ".part";
  std::ofstream file(part, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  std::error_code failed;
  if (file) std::filesystem::rename(part, *path, failed);
  if (file && !failed) return {};
  std::filesystem::remove(part, failed);
  return fail(fmt::format("--graph {} could not be written; name a file in a folder that is there",
                          in_quotes(path->string())));
}

Result<void> check(const InspectRequest& request) {
  const auto extension = std::filesystem::path(request.graph).extension();
  if (!request.graph.empty() && extension != ".dot" && extension != ".svg")
    return fail(fmt::format("--graph {} is neither .svg nor .dot", in_quotes(request.graph)));
  return {};
}

Result<ExitCode> inspect(const InspectRequest& request, Terminal& terminal) {
  if (auto good = check(request); !good) return tl::make_unexpected(good.error());
  auto inspection = inspect_file(request.model);
  if (!inspection) return tl::make_unexpected(inspection.error());
  add_notes(*inspection);
  if (!request.graph.empty())
    if (auto written = write_picture(*inspection, request); !written)
      return tl::make_unexpected(written.error());
  terminal.print(request.format == "json"
                     ? inspection_json(*inspection, request.layers)
                     : inspection_text(*inspection, {terminal.color_on_stdout(), request.layers,
                                                     columns_of_stdout(request.layers)}));
  if (!request.graph.empty()) terminal.note("picture: " + request.graph);
  return ExitCode::done;
}

Action define(CLI::App& app, const Invocation& invocation) {
  const auto request = std::make_shared<InspectRequest>();
  auto& o = *request;
  app.add_option("MODEL", o.model, "an ONNX file, a TorchScript archive or a TensorRT plan")
      ->required();
  app.add_option("--format", o.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_flag("--layers", o.layers, "with a table of all layers");
  app.add_option("--graph", o.graph, "draw it, into FILE.svg or FILE.dot");
  app.add_option("--graph-boxes", o.boxes,
                 "of --graph: with more operators than these, light ones are drawn with what they "
                 "follow")
      ->capture_default_str();
  return [request, terminal = invocation.terminal] { return inspect(*request, *terminal); };
}

}  // namespace

extern const Subcommand model_inspect_command{"inspect", "what is in a model's file", define};

}  // namespace jetmeter
