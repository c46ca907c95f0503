#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "cli/zoo_command.h"
#include "jetmeter/zoo.h"

namespace jetmeter {
namespace {

struct MakeOptions {
  std::string model, out;
  std::string type, batch;
  std::optional<std::int64_t> imgsz, opset;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> numbers;  // "layers=4"
  bool external = false, force = false;
};

Result<std::int64_t> parse_number(std::string_view name, std::string_view text) {
  if (text == "dynamic") return kDynamic;
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc() && end == text.data() + text.size() && value >= 0) return value;
  return fail(fmt::format("{} must be a whole number, and not {}", name, in_quotes(text)));
}

Result<void> take_number(ZooOptions& options, const std::string& name, std::string_view text) {
  const auto value = parse_number(name, text);
  if (!value) return tl::make_unexpected(value.error());
  if (options.numbers.emplace(name, *value).second) return {};
  return fail(fmt::format("{} is chosen twice", name));
}

Result<void> take_pair(ZooOptions& options, std::string_view pair) {
  const auto equals = pair.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return fail(fmt::format("--set takes a name and a number, as in layers=4, and not {}",
                            in_quotes(pair)));
  return take_number(options, std::string(pair.substr(0, equals)), pair.substr(equals + 1));
}

Result<ElementType> parse_type(std::string_view text) {
  if (text == "float32" || text == "fp32") return ElementType::float32;
  if (text == "float16" || text == "fp16") return ElementType::float16;
  if (text == "bfloat16" || text == "bf16") return ElementType::bfloat16;
  return fail(fmt::format("--dtype is float32, float16 or bfloat16, and not {}", in_quotes(text)));
}

Result<ZooOptions> zoo_options(const MakeOptions& request) {
  ZooOptions options;
  options.seed = request.seed;
  if (request.imgsz) options.numbers["imgsz"] = *request.imgsz;
  if (request.opset) options.numbers["opset"] = *request.opset;
  if (!request.batch.empty())
    if (auto good = take_number(options, "batch", request.batch); !good)
      return tl::make_unexpected(good.error());
  for (const auto& pair : request.numbers)
    if (auto good = take_pair(options, pair); !good) return tl::make_unexpected(good.error());
  if (!request.type.empty()) {
    const auto type = parse_type(request.type);
    if (!type) return tl::make_unexpected(type.error());
    options.type = *type;
  }
  return options;
}

Result<void> check_free(const MakeOptions& request) {
  if (request.force) return {};
  for (const auto& path : {request.out, request.out + ".data"}) {
    std::error_code unreadable;
    if (std::filesystem::exists(path, unreadable))
      return fail(fmt::format("{} is there already; --force replaces it", in_quotes(path)));
  }
  return {};
}

std::string weight_line(const ModelGraph& model) {
  std::string types;
  for (const auto type : {ElementType::float32, ElementType::float16, ElementType::bfloat16})
    if (std::any_of(model.graph.weights.begin(), model.graph.weights.end(),
                    [&](const Tensor& weight) { return weight.type == type; }))
      types += (types.empty() ? "" : " and ") + std::string(name(type));
  return fmt::format("{}, {} as {}", with_separators(zoo_parameters(model)),
                     format_bytes(zoo_weight_bytes(model)), types.empty() ? "nothing" : types);
}

std::string what_was_made(const ModelGraph& model, const std::string& path) {
  std::error_code unreadable;
  const auto size = [&](const std::string& file) {
    return format_bytes(std::filesystem::file_size(file, unreadable));
  };
  auto text = fmt::format("wrote {}, {}\n", path, size(path));
  if (const auto data = path + ".data"; std::filesystem::exists(data, unreadable))
    text += fmt::format("wrote {}, {}\n", data, size(data));
  const auto line = [&](std::string_view title, std::string_view what) {
    text += fmt::format("  {:<12}{}\n", title, what);
  };
  line("parameters", weight_line(model));
  line("opset", std::to_string(model.opsets.at("")));
  const auto value_line = [&](std::string_view title, const Value& value) {
    line(title, fmt::format("{} {} {}", value.name, name(value.type), format_shape(value.shape)));
  };
  for (const auto& value : model.graph.inputs) value_line("input", value);
  for (const auto& value : model.graph.outputs) value_line("output", value);
  return text;
}

Result<ExitCode> make(const MakeOptions& request, Terminal& terminal) {
  const auto options = zoo_options(request);
  if (!options) return tl::make_unexpected(options.error());
  const auto model = make_zoo_model(request.model, *options);
  if (!model) return tl::make_unexpected(model.error());
  if (auto good = check_free(request); !good) return tl::make_unexpected(good.error());
  terminal.status(fmt::format("writing {}", format_bytes(zoo_weight_bytes(*model))));
  // What an earlier model left beside itself is not this one's.
  std::error_code none_there;
  if (request.force) std::filesystem::remove(request.out + ".data", none_there);
  const auto place = request.external ? WeightPlace::beside : WeightPlace::automatic;
  const auto written = write_onnx(*model, request.out, place);
  terminal.status("");
  if (!written) return tl::make_unexpected(written.error());
  terminal.print(what_was_made(*model, request.out));
  return ExitCode::done;
}

Action define(CLI::App& app, const Invocation& invocation) {
  const auto request = std::make_shared<MakeOptions>();
  app.add_option("MODEL", request->model, "one of `jetmeter zoo list`")->required();
  app.add_option("-o,--out", request->out, "the ONNX file")->required();
  app.add_option("--imgsz", request->imgsz, "pixels of the image, both sides");
  app.add_option("--dtype", request->type, "float32, float16 or bfloat16: weights and graph");
  app.add_option("--batch", request->batch, "a number, or dynamic");
  app.add_option("--opset", request->opset, "version of ONNX's operators");
  app.add_option("--seed", request->seed, "of the weights; 0 unless chosen");
  app.add_option("--set", request->numbers, "what else the model lets choose: layers=4")
      ->allow_extra_args(false);
  app.add_flag("--external-data", request->external, "weights in FILE.data, beside it");
  app.add_flag("--force", request->force, "replace the file if it is there");
  app.footer(
      "The same options give the same bytes on every machine. Weights over 2 GiB lie beside\n"
      "the file in any case. What a model lets choose: jetmeter zoo list MODEL");
  return [request, terminal = invocation.terminal] { return make(*request, *terminal); };
}

}  // namespace

extern const Subcommand zoo_make_command{"make", "writes one of them as an ONNX file", define};

}  // namespace jetmeter
