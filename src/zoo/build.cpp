#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "jetmeter/zoo.h"

namespace jetmeter {
namespace {

Result<std::int64_t> checked(const ZooModel& model, const ZooNumber& number, std::int64_t value) {
  if (value == kDynamic && number.may_be_open) return value;
  if (value < number.least || value > number.most)
    return fail(fmt::format("{} of {} must be between {} and {}, and not {}", number.name,
                            model.name, number.least, number.most, value));
  if (value % number.step != 0)
    return fail(fmt::format(
        "{} of {} must be a multiple of {}, as {} is, and not {}", number.name, model.name,
        number.step, std::min(number.most, value - value % number.step + number.step), value));
  return value;
}

std::string names_of(std::span<const ZooNumber> numbers) {
  std::vector<std::string_view> names;
  for (const auto& number : numbers) names.push_back(number.name);
  return names.empty() ? "nothing to choose" : fmt::format("{}", fmt::join(names, ", "));
}

Result<void> check_names(const ZooModel& model, const ZooOptions& options) {
  for (const auto& [name, value] : options.numbers) {
    const auto known = [&name = name](const ZooNumber& number) { return number.name == name; };
    if (std::any_of(model.numbers.begin(), model.numbers.end(), known)) continue;
    return fail(fmt::format("{} has no option {}; it has {}", model.name, in_quotes(name),
                            names_of(model.numbers)));
  }
  return {};
}

Result<ElementType> checked_type(const ZooModel& model, ElementType type) {
  if (type == model.type) return type;
  if (!model.seeded)
    return fail(fmt::format("{} can only be made as {}", model.name, name(model.type)));
  if (type == ElementType::float32 || type == ElementType::float16 || type == ElementType::bfloat16)
    return type;
  return fail(fmt::format("zoo models are made as float32, float16 or bfloat16, and not as {}",
                          name(type)));
}

}  // namespace

std::span<const ZooModel* const> zoo_models() {
  static const auto all = [] {
    std::vector<const ZooModel*> models;
    for (const auto* family : zoo_families())
      for (const auto& model : family->models) models.push_back(&model);
    return models;
  }();
  return all;
}

Result<const ZooModel*> find_zoo_model(std::string_view name) {
  std::vector<std::string> names;
  for (const auto* model : zoo_models()) {
    if (model->name == name) return model;
    names.emplace_back(model->name);
  }
  const auto guess = closest(name, names);
  return fail(fmt::format("there is no zoo model {}; {}the zoo has {}", in_quotes(name),
                          guess ? fmt::format("did you mean {}? ", *guess) : "",
                          fmt::join(names, ", ")));
}

Result<ZooSettings> zoo_settings(const ZooModel& model, const ZooOptions& options) {
  if (auto good = check_names(model, options); !good) return tl::make_unexpected(good.error());
  ZooSettings settings;
  for (const auto& number : model.numbers) {
    const auto chosen = options.numbers.find(number.name);
    const auto value =
        chosen == options.numbers.end() ? number.otherwise : checked(model, number, chosen->second);
    if (!value) return tl::make_unexpected(value.error());
    settings.numbers.emplace(number.name, *value);
  }
  const auto type = checked_type(model, options.type.value_or(model.type));
  if (!type) return tl::make_unexpected(type.error());
  if (options.seed && !model.seeded)
    return fail(fmt::format("{} has no seed to choose: its weights are written down", model.name));
  settings.type = *type;
  settings.seed = options.seed.value_or(0);
  return settings;
}

Result<ModelGraph> make_zoo_model(std::string_view name, const ZooOptions& options) {
  const auto model = find_zoo_model(name);
  if (!model) return tl::make_unexpected(model.error());
  const auto settings = zoo_settings(**model, options);
  if (!settings) return tl::make_unexpected(settings.error());
  return (*model)->build(*settings);
}

Result<std::string> build_zoo_model(std::string_view name, const ZooOptions& options) {
  const auto model = make_zoo_model(name, options);
  if (!model) return tl::make_unexpected(model.error());
  return to_onnx_bytes(*model);
}

std::uint64_t zoo_parameters(const ModelGraph& model) {
  std::uint64_t count = 0;
  for (const auto& weight : model.graph.weights)
    if (weight.type == ElementType::float32 || weight.type == ElementType::float16 ||
        weight.type == ElementType::bfloat16)
      count += weight.elements();
  return count;
}

}  // namespace jetmeter
