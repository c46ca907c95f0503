#include "zoo/net.h"

#include <fmt/format.h>

#include <utility>

namespace jetmeter {

NetBuilder::NetBuilder(std::string_view name, const ZooSettings& settings)
    : graph_(std::string(name), settings.at("opset")), settings_(settings) {}

std::string NetBuilder::input(std::string name, Shape shape, std::vector<std::string> axes) {
  return graph_.input(std::move(name), std::move(shape), settings_.type, std::move(axes));
}

std::string NetBuilder::output(std::string name, Shape shape, std::vector<std::string> axes) {
  return graph_.output(std::move(name), std::move(shape), settings_.type, std::move(axes));
}

std::string NetBuilder::batched_input(std::string name, Shape rest) {
  rest.insert(rest.begin(), settings_.at("batch"));
  std::vector<std::string> axes(rest.size());
  axes.front() = "batch";
  return input(std::move(name), std::move(rest), std::move(axes));
}

std::string NetBuilder::batched_output(std::string name, Shape rest) {
  rest.insert(rest.begin(), settings_.at("batch"));
  std::vector<std::string> axes(rest.size());
  axes.front() = "batch";
  return output(std::move(name), std::move(rest), std::move(axes));
}

FeatureMap NetBuilder::image(std::string name, std::int64_t channels, std::int64_t size,
                             double power) {
  return {batched_input(std::move(name), {channels, size, size}), channels, size, power};
}

std::string NetBuilder::weight(std::string name, Shape shape, Spread spread) {
  return graph_.weight(
      seeded_tensor(std::move(name), settings_.type, std::move(shape), spread, settings_.seed));
}

std::string NetBuilder::constant(std::string name, Shape shape, const std::vector<float>& values) {
  return op("Constant", std::move(name), {},
            {{"value", raw_tensor("", settings_.type, std::move(shape),
                                  encode_floats(settings_.type, values))}});
}

std::string NetBuilder::scalar(std::string name, double value) {
  return constant(std::move(name), {}, {static_cast<float>(value)});
}

std::string NetBuilder::reshape(std::string name, std::string x, std::vector<std::int64_t> shape) {
  const auto extents = graph_.integers(name + ".shape", shape);
  return op("Reshape", std::move(name), {std::move(x), extents});
}

std::string NetBuilder::transpose(std::string name, std::string x,
                                  std::vector<std::int64_t> order) {
  return op("Transpose", std::move(name), {std::move(x)}, {{"perm", std::move(order)}});
}

std::string NetBuilder::concat(std::string name, std::vector<std::string> parts,
                               std::int64_t axis) {
  return op("Concat", std::move(name), std::move(parts), {{"axis", axis}});
}

std::vector<std::string> NetBuilder::split(const std::string& name, std::string x,
                                           std::vector<std::int64_t> extents, std::int64_t axis) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < extents.size(); ++i) parts.push_back(fmt::format("{}.{}", name, i));
  const auto sizes = graph_.integers(name + ".sizes", extents);
  return graph_.nodes("Split", name, {std::move(x), sizes}, std::move(parts), {{"axis", axis}});
}

}  // namespace jetmeter
