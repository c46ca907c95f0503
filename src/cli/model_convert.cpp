#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/guarded_action.h"
#include "cli/interrupts.h"
#include "cli/model_conversion.h"
#include "cli/number_checks.h"
#include "cli/picture_options.h"
#include "cli/read_graph.h"
#include "cli/subcommand.h"
#include "jetmeter/graph.h"

namespace jetmeter {
namespace {

using Json = nlohmann::ordered_json;

struct ConvertOptions {
  std::string model, out, report, format = "text";
  std::string precision, io = "fp32", data, scale = "1/255", channels = "rgb", pixels = "rgb";
  std::string input;
  std::vector<std::string> keep, fix, shapes;
  std::vector<float> mean, stdev;
  std::size_t samples = 16;
  bool fold = false, embed = false;
};

// "batch=1"
Result<std::pair<std::string, std::int64_t>> parse_axis(const std::string& text) {
  const auto at = text.find('=');
  std::int64_t size = 0;
  const auto* end = text.data() + text.size();
  if (at == std::string::npos || at == 0 ||
      std::from_chars(text.data() + at + 1, end, size).ptr != end || at + 1 == text.size())
    return fail(fmt::format("--fix {} is not AXIS=SIZE, as batch=1", in_quotes(text)));
  return std::pair{text.substr(0, at), size};
}

Result<ShapeHints> hints_of(const ConvertOptions& o, const ModelGraph& model) {
  ShapeHints hints;
  for (const auto& text : o.fix) {
    auto axis = parse_axis(text);
    if (!axis) return tl::make_unexpected(axis.error());
    const auto [first, fresh] = hints.axes.insert(*std::move(axis));
    if (!fresh) return fail(fmt::format("--fix {} is said twice", first->first));
  }
  const auto wishes = parse_shape_wishes(o.shapes);
  if (!wishes) return tl::make_unexpected(wishes.error());
  for (const auto& [name, shape] : *wishes) {
    if (name.empty() && model.graph.inputs.size() != 1)
      return fail(fmt::format("the model has {} inputs; name the one of --shape {}",
                              model.graph.inputs.size(), format_shape(shape)));
    hints.inputs.emplace_back(name.empty() ? model.graph.inputs[0].name : name, shape);
  }
  return hints;
}

std::optional<ElementType> type_of(const std::string& precision) {
  if (precision == "fp16") return ElementType::float16;
  if (precision == "bf16") return ElementType::bfloat16;
  return std::nullopt;
}

Result<PixelOptions> pixel_options(const ConvertOptions& o) {
  PixelOptions pixels;
  const auto scale = parse_fraction("--scale", o.scale);
  if (!scale) return tl::make_unexpected(scale.error());
  pixels.scale = *scale;
  if (o.mean.size() == 3) std::ranges::copy(o.mean, pixels.mean.begin());
  if (o.stdev.size() == 3) std::ranges::copy(o.stdev, pixels.stdev.begin());
  if (std::ranges::any_of(o.stdev, [](float value) { return !(value > 0); }))
    return fail("--std must be three positive numbers");
  pixels.bgr = o.channels == "bgr";
  pixels.bgr_pixels = o.pixels == "bgr";
  return pixels;
}

Result<void> check_paths(const ConvertOptions& o, const ModelGraph& model) {
  const auto same = [](const std::filesystem::path& a, const std::filesystem::path& b) {
    std::error_code ignored;
    return std::filesystem::equivalent(a, b, ignored);
  };
  if (same(o.model, o.out)) return fail("--out names the model itself; give it another name");
  for (const auto& each : model.external_files)
    if (same(each, o.out) || same(each, o.out + ".data"))
      return fail(fmt::format("{} holds weights of the model itself; give --out another name",
                              in_quotes(each.string())));
  if (!o.report.empty() && (same(o.report, o.model) || o.report == o.out))
    return fail("--report names a model; give it another name");
  return {};
}

Result<ConversionPlan> plan_of(const ConvertOptions& o, const ModelGraph& model) {
  ConversionPlan plan;
  plan.fold = o.fold;
  plan.precision = type_of(o.precision);
  plan.keep = o.keep;
  if (!plan.precision && (!o.keep.empty() || o.io != "fp32" || !o.data.empty()))
    return fail("--keep, --io and --data go with --precision fp16 or bf16");
  if (o.io != "fp32" && o.io != o.precision)
    return fail(fmt::format("--io {} does not go with --precision {}", o.io, o.precision));
  plan.convert_io = o.io != "fp32";
  const auto pixels = pixel_options(o);
  if (!pixels) return tl::make_unexpected(pixels.error());
  plan.pixels = *pixels;
  plan.data = o.data;
  plan.most_samples = o.samples;
  if (o.embed)
    plan.embed = EmbeddedPreprocess{o.input, pixels->scale, pixels->mean, pixels->stdev,
                                    o.channels != o.pixels};
  auto hints = hints_of(o, model);
  if (!hints) return tl::make_unexpected(hints.error());
  plan.hints = *std::move(hints);
  if (!plan.fold && !plan.precision && !plan.embed && plan.hints.axes.empty() &&
      plan.hints.inputs.empty())
    return fail(
        "there is nothing to do; say --precision, --fold, --fix, --shape or --embed-preprocess");
  return plan;
}

// ---- what is shown -----------------------------------------------------------------------------

struct FileSizes {
  std::uint64_t before = 0, after = 0;  // external data included
};

std::uint64_t size_with_data(const std::filesystem::path& file,
                             const std::vector<std::filesystem::path>& beside) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const auto& each : beside)
    if (const auto size = std::filesystem::file_size(each, error); !error) bytes += size;
  if (const auto size = std::filesystem::file_size(file, error); !error) bytes += size;
  return bytes;
}

std::string joined(const std::vector<std::string>& parts) {
  return parts.empty() ? "nothing to do" : fmt::format("{}", fmt::join(parts, "; "));
}

std::string arrow(std::string before, const std::string& after) {
  return before == after ? before : before + " -> " + after;
}

std::string pass_table(const std::vector<RewriteReport>& passes) {
  std::string text = fmt::format("{:<20} {:>14}  {:>22}  {}\n", "pass", "nodes", "weights", "done");
  for (const auto& each : passes)
    text += fmt::format(
        "{:<20} {:>14}  {:>22}  {}\n", each.pass,
        arrow(std::to_string(each.nodes_before), std::to_string(each.nodes_after)),
        arrow(format_bytes(each.weight_bytes_before), format_bytes(each.weight_bytes_after)),
        joined(each.done));
  return text;
}

// Nodes that were left for one reason.
struct LeftGroup {
  std::string op, why;
  std::vector<std::string> nodes;
};

std::vector<LeftGroup> grouped(const std::vector<LeftNode>& left) {
  std::vector<LeftGroup> groups;
  for (const auto& each : left) {
    const auto found = std::ranges::find_if(
        groups, [&](const auto& group) { return group.op == each.op && group.why == each.why; });
    if (found == groups.end())
      groups.push_back({each.op, each.why, {each.node}});
    else
      found->nodes.push_back(each.node);
  }
  std::ranges::stable_sort(groups, std::greater<>(),
                           [](auto& group) { return group.nodes.size(); });
  return groups;
}

std::string left_table(const RewriteReport& pass) {
  constexpr std::size_t kMostRows = 12;
  if (pass.left.empty()) return {};
  auto text = fmt::format("\nleft by '{}'\n", pass.pass);
  const auto groups = grouped(pass.left);
  for (std::size_t i = 0; i < std::min(kMostRows, groups.size()); ++i) {
    const auto& group = groups[i];
    const auto whom = group.nodes.size() == 1 ? group.nodes[0]
                                              : fmt::format("{} {}", group.nodes.size(), group.op);
    text += fmt::format("  {:<40}  {}\n", whom, group.why);
  }
  if (groups.size() > kMostRows)
    text += fmt::format("  and {} more, which --report lists\n", groups.size() - kMostRows);
  return text;
}

std::string precision_lines(const PrecisionReport& precision) {
  const auto& weights = precision.weights;
  auto text = fmt::format("\nweights in 16 bits: {} numbers", weights.elements);
  text += fmt::format(", {} cut to the largest, {} became 0, {} have fewer bits (denormal)",
                      weights.overflown, weights.lost, weights.denormal);
  if (!precision.worst_weight.empty())
    text += fmt::format("\n  most changed: {}, by {:.2g} % of its size",
                        in_quotes(precision.worst_weight), 100 * weights.relative_error);
  return text + "\n";
}

std::string to_text(const ConvertOptions& o, const ConversionResult& result,
                    const FileSizes& sizes) {
  auto text = pass_table(result.passes);
  for (const auto& pass : result.passes) text += left_table(pass);
  if (result.precision) {
    text += precision_lines(*result.precision);
    if (result.samples == 0)
      text +=
          "activations were not looked at: --data DIR keeps in float32 what goes beyond 16 bits\n";
    else
      text += fmt::format("activations were looked at on {} samples\n", result.samples);
  }
  for (const auto& note : result.notes) text += note + "\n";
  return text + fmt::format("\n{}  {} -> {}\n", o.out, format_bytes(sizes.before),
                            format_bytes(sizes.after));
}

Json to_json(const RewriteReport& pass) {
  Json left = Json::array();
  for (const auto& each : pass.left)
    left.push_back({{"node", each.node}, {"operator", each.op}, {"why", each.why}});
  return {{"pass", pass.pass},
          {"nodes_before", pass.nodes_before},
          {"nodes_after", pass.nodes_after},
          {"weight_bytes_before", pass.weight_bytes_before},
          {"weight_bytes_after", pass.weight_bytes_after},
          {"done", pass.done},
          {"left", std::move(left)}};
}

Json to_json(const PrecisionReport& precision) {
  const auto& weights = precision.weights;
  Json worst = nullptr;
  if (!precision.worst_weight.empty())
    worst = {{"name", precision.worst_weight}, {"relative_error", weights.relative_error}};
  return {{"converted_nodes", precision.converted_nodes},
          {"casts", precision.casts},
          {"weight_elements", weights.elements},
          {"weight_elements_cut", weights.overflown},
          {"weight_elements_lost", weights.lost},
          {"weight_elements_denormal", weights.denormal},
          {"most_changed_weight", std::move(worst)}};
}

std::string to_json(const ConvertOptions& o, const ConversionResult& result,
                    const FileSizes& sizes) {
  Json passes = Json::array();
  for (const auto& pass : result.passes) passes.push_back(to_json(pass));
  const Json document{{"model", o.model},
                      {"out", o.out},
                      {"file_bytes_before", sizes.before},
                      {"file_bytes_after", sizes.after},
                      {"passes", std::move(passes)},
                      {"precision", result.precision ? to_json(*result.precision) : Json(nullptr)},
                      {"samples", result.samples},
                      {"notes", result.notes}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<void> write_report(const std::string& path, const std::string& text) {
  if (path.empty()) return {};
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) return fail(fmt::format("the report {} could not be written", in_quotes(path)));
  return {};
}

Result<ExitCode> carry_out(const ConvertOptions& o, Terminal& terminal) {
  auto model = read_graph(o.model);
  if (!model) return tl::make_unexpected(model.error());
  if (!model->lost.empty())
    return fail(fmt::format("{} has {}, which jetmeter cannot write; inspect and cost can read it",
                            in_quotes(o.model), fmt::join(model->lost, " and ")));
  if (auto good = check_paths(o, *model); !good) return tl::make_unexpected(good.error());
  const auto plan = plan_of(o, *model);
  if (!plan) return tl::make_unexpected(plan.error());
  FileSizes sizes;
  sizes.before = size_with_data(o.model, model->external_files);
  const InterruptGuard guard;
  auto result = convert_model(*std::move(model), *plan,
                              [&](std::string_view what) { terminal.status(what); });
  terminal.status("");
  if (interrupts() > 0) {
    terminal.note("stopped; nothing was written");
    return ExitCode::interrupted;
  }
  if (!result) return tl::make_unexpected(result.error());
  if (auto good = write_onnx(result->model, o.out); !good) return tl::make_unexpected(good.error());
  const auto written = read_onnx(o.out);
  if (!written) return tl::make_unexpected(written.error());
  sizes.after = size_with_data(o.out, written->external_files);
  const auto json = to_json(o, *result, sizes);
  terminal.print(o.format == "json" ? json : to_text(o, *result, sizes));
  if (auto good = write_report(o.report, json); !good) return tl::make_unexpected(good.error());
  return ExitCode::done;
}

void add_pixel_options(CLI::App& app, ConvertOptions& o) {
  app.add_flag("--embed-preprocess", o.embed, "take uint8 pixels, N x height x width x 3")
      ->group("Pixels");
  app.add_option("--input", o.input, "the input that takes them; default: the only one")
      ->group("Pixels");
  app.add_option("--scale", o.scale, "tensor = (pixel * scale - mean) / std")
      ->capture_default_str()
      ->group("Pixels");
  app.add_option("--mean", o.mean, "three numbers, in the tensor's channel order")
      ->delimiter(',')
      ->expected(3)
      ->check(finite())
      ->group("Pixels");
  app.add_option("--std", o.stdev, "three numbers")->delimiter(',')->expected(3)->group("Pixels");
  app.add_option("--channels", o.channels, "that the model wants: rgb or bgr")
      ->check(CLI::IsMember({"rgb", "bgr"}))
      ->capture_default_str()
      ->group("Pixels");
  app.add_option("--pixels", o.pixels, "order of the pixels that will be fed: rgb or bgr")
      ->check(CLI::IsMember({"rgb", "bgr"}))
      ->capture_default_str()
      ->group("Pixels");
}

void add_precision_options(CLI::App& app, ConvertOptions& o) {
  app.add_option("--precision", o.precision, "fp16 or bf16")
      ->check(CLI::IsMember({"fp16", "bf16"}))
      ->group("Precision");
  app.add_option("--keep", o.keep, "a node or an operator that stays float32; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group("Precision");
  app.add_option("--io", o.io, "type of inputs and outputs: fp32, or that of --precision")
      ->check(CLI::IsMember({"fp32", "fp16", "bf16"}))
      ->capture_default_str()
      ->group("Precision");
  app.add_option("--data", o.data,
                 "pictures in a folder, or an .npz, to see how far activations reach; pixels as "
                 "--scale and the like say")
      ->group("Precision");
  app.add_option("--samples", o.samples, "of --data: at most so many")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str()
      ->group("Precision");
}

Action define(CLI::App& app, const Invocation& invocation) {
  const auto options = std::make_shared<ConvertOptions>();
  auto& o = *options;
  app.add_option("MODEL", o.model, "an ONNX file")->required();
  app.add_option("-o,--out", o.out, "the file to write")->required();
  app.add_flag("--fold", o.fold, "fold batch norms and constants, remove what changes nothing");
  app.add_option("--fix", o.fix, "size of an open axis, as batch=1; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--shape", o.shapes,
                 "an input's whole shape, as images=1x3x640x640; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--format", o.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_option("--report", o.report, "a JSON file of what was done and what was left, and why");
  add_precision_options(app, o);
  add_pixel_options(app, o);
  return guarded(
      [options, terminal = invocation.terminal] { return carry_out(*options, *terminal); },
      invocation.terminal);
}

}  // namespace

extern const Subcommand model_convert_command{
    "convert", "16 bits, folded norms, fixed axes or pixels for an input, in a new file", define};

}  // namespace jetmeter
