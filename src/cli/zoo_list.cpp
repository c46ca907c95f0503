#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/zoo_command.h"
#include "jetmeter/zoo.h"

namespace jetmeter {
namespace {

// Of a model as it is made when nothing is chosen.
struct Listed {
  const ZooModel* model;
  ModelGraph graph;
};

std::vector<Listed> listed_models() {
  std::vector<Listed> all;
  for (const auto* model : zoo_models())
    all.push_back({model, model->build(zoo_settings(*model, {}).value())});
  return all;
}

// Of several inputs the first, and how many more there are.
std::string brief_inputs(const Graph& graph) {
  const auto first = brief_values({graph.inputs.begin(), graph.inputs.begin() + 1});
  const auto more = graph.inputs.size() - 1;
  return more == 0 ? first : fmt::format("{} and {} more", first, more);
}

std::string as_text(const std::vector<Listed>& all) {
  constexpr std::string_view kRow = "{:<{}}  {:>13}  {:<{}}  {}\n";
  std::size_t names = 4, inputs = 5;
  for (const auto& each : all) {
    names = std::max(names, each.model->name.size());
    inputs = std::max(inputs, brief_inputs(each.graph.graph).size());
  }
  auto text =
      fmt::format(fmt::runtime(kRow), "model", names, "parameters", "input", inputs, "what");
  for (const auto& each : all)
    text += fmt::format(fmt::runtime(kRow), each.model->name, names,
                        with_separators(zoo_parameters(each.graph)), brief_inputs(each.graph.graph),
                        inputs, each.model->summary);
  return text +
         "\nMake one: jetmeter zoo make yolo11n -o yolo11n.onnx\n"
         "What can be chosen for each: jetmeter zoo list MODEL\n";
}

std::string range_text(const ZooNumber& number) {
  return fmt::format("{} to {}{}{}", number.least, number.most,
                     number.step == 1 ? "" : fmt::format(", multiples of {}", number.step),
                     number.may_be_open ? ", or dynamic" : "");
}

std::string as_text(const Listed& listed) {
  const auto& model = *listed.model;
  const auto line = [](std::string_view title, std::string_view what) {
    return fmt::format("{:<12}{}\n", title, what);
  };
  auto text = fmt::format("{}: {}\n\n", model.name, model.summary);
  text += line("parameters", with_separators(zoo_parameters(listed.graph)));
  for (const auto& value : listed.graph.graph.inputs)
    text += line("input",
                 fmt::format("{} {} {}", value.name, name(value.type), format_shape(value.shape)));
  for (const auto& value : listed.graph.graph.outputs)
    text += line("output",
                 fmt::format("{} {} {}", value.name, name(value.type), format_shape(value.shape)));
  if (!model.seeded) return text + "\nIts weights are written down: there is nothing to choose.\n";
  text += "\nTo choose: --dtype float32, float16 or bfloat16; --seed; and\n";
  std::size_t width = 0;
  for (const auto& number : model.numbers) width = std::max(width, number.name.size());
  for (const auto& number : model.numbers)
    text +=
        fmt::format("  --set {:<{}}  {} ({}; {} unless chosen)\n", fmt::format("{}=N", number.name),
                    width + 2, number.summary, range_text(number), number.otherwise);
  return text;
}

nlohmann::ordered_json values_json(const std::vector<Value>& values) {
  auto rows = nlohmann::ordered_json::array();
  for (const auto& value : values)
    rows.push_back({{"name", value.name}, {"type", name(value.type)}, {"shape", value.shape}});
  return rows;
}

nlohmann::ordered_json as_json(const Listed& listed) {
  auto options = nlohmann::ordered_json::array();
  for (const auto& number : listed.model->numbers)
    options.push_back({{"name", number.name},
                       {"summary", number.summary},
                       {"default", number.otherwise},
                       {"least", number.least},
                       {"most", number.most},
                       {"step", number.step},
                       {"may_be_dynamic", number.may_be_open}});
  return {{"name", listed.model->name},
          {"summary", listed.model->summary},
          {"parameters", zoo_parameters(listed.graph)},
          {"weight_bytes", zoo_weight_bytes(listed.graph)},
          {"seeded", listed.model->seeded},
          {"inputs", values_json(listed.graph.graph.inputs)},
          {"outputs", values_json(listed.graph.graph.outputs)},
          {"options", std::move(options)}};
}

Result<ExitCode> list_all(bool json, Terminal& terminal) {
  const auto all = listed_models();
  if (!json) {
    terminal.print(as_text(all));
    return ExitCode::done;
  }
  auto rows = nlohmann::ordered_json::array();
  for (const auto& each : all) rows.push_back(as_json(each));
  terminal.print(nlohmann::ordered_json{{"models", std::move(rows)}}.dump(2) + "\n");
  return ExitCode::done;
}

Result<ExitCode> list_one(std::string_view wanted, bool json, Terminal& terminal) {
  const auto model = find_zoo_model(wanted);
  if (!model) return tl::make_unexpected(model.error());
  const Listed listed{*model, (*model)->build(zoo_settings(**model, {}).value())};
  terminal.print(json ? as_json(listed).dump(2) + "\n" : as_text(listed));
  return ExitCode::done;
}

Action define(CLI::App& app, const Invocation& invocation) {
  const auto wanted = std::make_shared<std::string>();
  const auto format = std::make_shared<std::string>("text");
  app.add_option("MODEL", *wanted, "one of them, with what can be chosen");
  app.add_option("--format", *format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  return [wanted, format, terminal = invocation.terminal]() -> Result<ExitCode> {
    const bool json = *format == "json";
    return wanted->empty() ? list_all(json, *terminal) : list_one(*wanted, json, *terminal);
  };
}

}  // namespace

extern const Subcommand zoo_list_command{"list", "the models that can be made", define};

}  // namespace jetmeter
