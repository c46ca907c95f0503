#include "zoo/prompt_encoder.h"

#include <fmt/format.h>

#include "zoo/video_parts.h"

namespace jetmeter {
namespace {

constexpr std::int64_t kDirections = kVideoWidth / 2;
constexpr double kTwoPi = 6.283185307179586;

// x and y in 0 … 1, 1 x n x 2.
std::string placed(NetBuilder& net, const std::string& name, const std::string& points,
                   const std::string& directions) {
  const auto doubled = net.op("Mul", name + ".doubled", {points, net.scalar(name + ".two", 2)});
  const auto centred = net.op("Sub", name + ".centred", {doubled, net.scalar(name + ".one", 1)});
  const auto turns = net.op("MatMul", name + ".turns", {centred, directions});
  const auto angles =
      net.op("Mul", name + ".angles", {turns, net.scalar(name + ".circle", kTwoPi)});
  return net.concat(
      name, {net.op("Sin", name + ".sin", {angles}), net.op("Cos", name + ".cos", {angles})}, 2);
}

// 1 where the label is this one, 0 elsewhere.
std::string labelled(NetBuilder& net, const std::string& name, const std::string& labels,
                     int label) {
  const auto same = net.op("Equal", name + ".same", {labels, net.scalar(name + ".label", label)});
  return net.op("Cast", name, {same},
                {{"to", static_cast<std::int64_t>(to_onnx(net.settings().type))}});
}

std::string grid_points(NetBuilder& net, const std::string& name) {
  const auto side = feature_side(net);
  std::vector<float> points;
  for (std::int64_t i = 0; i < side * side; ++i)
    for (const auto at : {i % side, i / side})
      points.push_back((static_cast<float>(at) + 0.5F) / static_cast<float>(side));
  return net.constant(name, {1, side * side, 2}, points);
}

}  // namespace

EncodedPoints encode_points(NetBuilder& net, const std::string& name) {
  const auto points = net.settings().at("points");
  const auto size = static_cast<double>(net.settings().at("imgsz"));
  const auto coords = net.input("point_coords", {1, points, 2});
  const auto labels = net.input("point_labels", {1, points});
  const auto padded =
      net.concat(name + ".padded", {coords, net.constant(name + ".origin", {1, 1, 2}, {0, 0})}, 1);
  const auto meanings =
      net.concat(name + ".meanings", {labels, net.constant(name + ".nothing", {1, 1}, {-1})}, 1);
  const auto column = net.reshape(name + ".column", meanings, {1, points + 1, 1});
  const auto shifted = net.op("Add", name + ".shifted", {padded, net.scalar(name + ".half", 0.5)});
  const auto unit = net.op("Div", name + ".unit", {shifted, net.scalar(name + ".size", size)});
  const auto directions = net.weight(name + ".pe_layer.positional_encoding_gaussian_matrix",
                                     {2, kDirections}, {.deviation = 1});
  const auto where = placed(net, name + ".places", unit, directions);

  const auto nowhere = labelled(net, name + ".is_nothing", column, -1);
  const auto somewhere =
      net.op("Sub", name + ".is_something", {net.scalar(name + ".all", 1), nowhere});
  auto tokens = net.op("Mul", name + ".known_places", {where, somewhere});
  for (int label = -1; label < 4; ++label) {
    const auto kind = label < 0 ? name + ".not_a_point_embed.weight"
                                : fmt::format("{}.point_embeddings.{}.weight", name, label);
    const auto meaning = net.weight(kind, {1, 1, kVideoWidth}, {.deviation = 0.5});
    const auto part = fmt::format("{}.label{}", name, label + 1);
    const auto is = label < 0 ? nowhere : labelled(net, part + ".is", column, label);
    const auto term = net.op("Mul", part, {is, meaning});
    tokens = net.op("Add", part + ".sum", {tokens, term});
  }
  return {tokens, placed(net, name + ".grid", grid_points(net, name + ".pixels"), directions)};
}

}  // namespace jetmeter
