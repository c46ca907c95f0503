// ONNX files: read, written again, looked into and drawn.
#include "fuzz/fuzz.h"
#include "jetmeter/graph_builder.h"
#include "jetmeter/inspect.h"

namespace jetmeter {
namespace {

Blob blob_of(std::string_view bytes) {
  const auto all = std::as_bytes(std::span(bytes.data(), bytes.size()));
  return make_blob({all.begin(), all.end()});
}

std::string convolutions() {
  GraphBuilder builder("net", 17);
  builder.input("x", {kDynamic, 4, 8, 8}, ElementType::float32, {"batch", "", "", ""});
  builder.floats("w", {4, 4, 1, 1}, std::vector<float>(16, 0.5F));
  builder.node("Conv", "c", {"x", "w"}, {{"kernel_shape", std::vector<std::int64_t>{1, 1}}});
  builder.node("Sigmoid", "s", {"c"});
  builder.node("Mul", "m", {"c", "s"});
  builder.output("y", {kDynamic, 4, 8, 8});
  builder.node("Add", "y", {"m", "x"}, {{"note", std::string("n")}, {"alpha", 0.5F}});
  builder.metadata("names", "{0: 'a', 1: 'b', 2: 'c', 3: 'd'}");
  return builder.serialise();
}

std::string with_a_body() {
  auto body = std::make_shared<Graph>();
  body->name = "then";
  body->outputs.push_back({"r", ElementType::float32, 0, true, {1}, {}});
  body->nodes.push_back({"Relu", "", "relu", {"x"}, {"r"}, {}});
  GraphBuilder builder("if", 13);
  builder.input("x", {1});
  builder.input("c", {}, ElementType::boolean);
  builder.output("y", {1});
  builder.node("If", "y", {"c"}, {{"then_branch", body}, {"else_branch", body}});
  return builder.serialise();
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
  return {convolutions(), with_a_body()};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  auto model = parse_onnx(blob_of(as_text(data, size)));
  if (!model) {
    fuzz_require(!model.error().what.empty(), "a failure has a reason");
    return 0;
  }
  auto facts = inspect_onnx(*model);
  fuzz_require(facts.layers.size() <= facts.nodes, "layers are nodes");
  const auto svg = graph_svg(*model, {.most_boxes = 3});
  fuzz_require(svg.ends_with("</svg>\n"), "a picture is whole");
  fuzz_require(!graph_dot(*model, {}).empty(), "a picture is whole");
  if (const auto bytes = to_onnx_bytes(*model)) {
    const auto again = parse_onnx(blob_of(*bytes));
    fuzz_require(again.has_value(), "what was written can be read");
    fuzz_require(again->graph.nodes.size() == model->graph.nodes.size(), "no node is lost");
    fuzz_require(inspect_onnx(*again).weight_bytes == facts.weight_bytes, "no weight is lost");
    fuzz_require(to_onnx_bytes(*again) == *bytes, "writing it again changes nothing");
  }
  const Inspection inspection{
      "m.onnx", size, Inspection::Onnx{*std::move(model), std::move(facts)}, {}};
  fuzz_require(!inspection_text(inspection, {.layers = true, .columns = 60}).empty(),
               "it is shown");
  fuzz_require(!inspection_json(inspection, true).empty(), "it is shown");
  return 0;
}
