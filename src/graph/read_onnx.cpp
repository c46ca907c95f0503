#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <set>

#include "graph/mapped_file.h"
#include "graph/read_tensor.h"
#include "jetmeter/graph.h"

namespace jetmeter {
namespace {

// Smaller ones are copied: a page that is touched costs more.
constexpr std::uint64_t kSmallestMapped = 1024;

// Sequences, maps and optionals have a name here and nothing else.
bool is_lost(const onnx::ValueInfoProto& proto) {
  return proto.has_type() && !proto.type().has_tensor_type() &&
         proto.type().value_case() != onnx::TypeProto::VALUE_NOT_SET;
}

Value read_value(const onnx::ValueInfoProto& proto) {
  Value value;
  value.name = proto.name();
  if (!proto.type().has_tensor_type()) return value;
  const auto& tensor = proto.type().tensor_type();
  value.type = from_onnx(tensor.elem_type());
  if (value.type == ElementType::other) value.onnx_type = tensor.elem_type();
  value.ranked = tensor.has_shape();
  bool named = false;
  for (const auto& axis : tensor.shape().dim()) {
    const bool fixed = axis.has_dim_value() && axis.dim_value() >= 0;
    value.shape.push_back(fixed ? axis.dim_value() : kDynamic);
    value.axes.push_back(axis.dim_param());
    named = named || !axis.dim_param().empty();
  }
  if (!named) value.axes.clear();
  return value;
}

class Reader {
 public:
  explicit Reader(TensorPlaces& places) : places_(places) {}

  Result<Graph> read(const onnx::GraphProto& proto) {
    Graph graph;
    graph.name = proto.name();
    std::set<std::string> weights;
    for (const auto& tensor : proto.initializer()) {
      auto weight = read_tensor(tensor, places_);
      if (!weight) return tl::make_unexpected(weight.error());
      if (!weights.insert(weight->name).second)
        return fail(fmt::format("the weight {} is there twice", in_quotes(weight->name)));
      graph.weights.push_back(*std::move(weight));
    }
    for (const auto& input : proto.input()) {
      if (weights.contains(input.name()))
        weights_are_inputs_ = true;
      else
        graph.inputs.push_back(read_value(input));
    }
    for (const auto& output : proto.output()) graph.outputs.push_back(read_value(output));
    for (const auto* values : {&proto.input(), &proto.output(), &proto.value_info()})
      if (std::ranges::any_of(*values, is_lost)) lost_.insert("values that are no tensors");
    for (const auto& value : proto.value_info()) graph.values.push_back(read_value(value));
    for (const auto& node : proto.node()) {
      auto read = read_node(node);
      if (!read) return tl::make_unexpected(read.error());
      graph.nodes.push_back(*std::move(read));
    }
    if (proto.sparse_initializer_size() > 0) lost_.insert("sparse weights");
    return graph;
  }

  bool weights_are_inputs() const { return weights_are_inputs_; }
  std::vector<std::string> lost() const { return {lost_.begin(), lost_.end()}; }

 private:
  Result<Node> read_node(const onnx::NodeProto& proto) {
    Node node;
    node.op = proto.op_type();
    node.domain = proto.domain() == "ai.onnx" ? "" : proto.domain();
    node.name = proto.name();
    node.inputs.assign(proto.input().begin(), proto.input().end());
    node.outputs.assign(proto.output().begin(), proto.output().end());
    if (node.outputs.empty()) return fail(fmt::format("{} writes nothing", describe(node)));
    for (const auto& attribute : proto.attribute()) {
      auto value = read_attribute(attribute);
      if (!value) return tl::make_unexpected(value.error());
      if (*value) node.attributes.push_back({attribute.name(), **std::move(value)});
    }
    return node;
  }

  // Absent: of a kind that is lost.
  Result<std::optional<AttributeData>> read_attribute(const onnx::AttributeProto& proto) {
    using Found = std::optional<AttributeData>;
    switch (proto.type()) {
      case onnx::AttributeProto::INT: return Found(proto.i());
      case onnx::AttributeProto::FLOAT: return Found(proto.f());
      case onnx::AttributeProto::STRING: return Found(proto.s());
      case onnx::AttributeProto::INTS:
        return Found(std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end()));
      case onnx::AttributeProto::FLOATS:
        return Found(std::vector<float>(proto.floats().begin(), proto.floats().end()));
      case onnx::AttributeProto::STRINGS:
        return Found(std::vector<std::string>(proto.strings().begin(), proto.strings().end()));
      case onnx::AttributeProto::TENSOR: {
        auto tensor = read_tensor(proto.t(), places_);
        if (!tensor) return tl::make_unexpected(tensor.error());
        return Found(*std::move(tensor));
      }
      case onnx::AttributeProto::GRAPH: {
        auto body = read(proto.g());
        if (!body) return tl::make_unexpected(body.error());
        return Found(std::make_shared<Graph>(*std::move(body)));
      }
      default:
        lost_.insert(fmt::format("attributes of kind {}", static_cast<int>(proto.type())));
        return Found();
    }
  }

  TensorPlaces& places_;
  bool weights_are_inputs_ = false;
  std::set<std::string> lost_;
};

void read_head(const onnx::ModelProto& proto, ModelGraph& model) {
  model.ir_version = proto.ir_version();
  for (const auto& opset : proto.opset_import())
    model.opsets[opset.domain() == "ai.onnx" ? "" : opset.domain()] = opset.version();
  model.producer = proto.producer_name();
  model.producer_version = proto.producer_version();
  model.domain = proto.domain();
  model.description = proto.doc_string();
  model.model_version = proto.model_version();
  for (const auto& entry : proto.metadata_props())
    model.metadata.emplace_back(entry.key(), entry.value());
  if (proto.functions_size() > 0) model.lost.emplace_back("model-local functions");
  if (proto.training_info_size() > 0) model.lost.emplace_back("training information");
}

Result<onnx::ModelProto> parse_slim(const SlimOnnx& slim) {
  onnx::ModelProto proto;
  // Any bytes without a broken field are a ModelProto; a graph with something in it is not chance.
  if (!proto.ParsePartialFromString(slim.bytes) || !proto.has_graph() ||
      proto.graph().output_size() == 0)
    return fail("not an ONNX file, or cut short");
  return proto;
}

}  // namespace

Result<ModelGraph> parse_onnx(Blob file, const std::filesystem::path& folder) {
  const auto slim = slim_onnx(file.bytes, kSmallestMapped);
  if (!slim) return tl::make_unexpected(slim.error());
  const auto proto = parse_slim(*slim);
  if (!proto) return tl::make_unexpected(proto.error());
  ModelGraph model;
  model.file_bytes = file.bytes.size();
  read_head(*proto, model);
  TensorPlaces places{file, *slim, ExternalFiles(folder)};
  Reader reader(places);
  auto graph = reader.read(proto->graph());
  if (!graph) return tl::make_unexpected(graph.error());
  model.graph = *std::move(graph);
  model.weights_are_inputs = reader.weights_are_inputs();
  for (auto& each : reader.lost()) model.lost.push_back(std::move(each));
  model.external_files = places.external.files();
  if (auto sorted = sort_nodes(model.graph); !sorted) return tl::make_unexpected(sorted.error());
  return model;
}

Result<ModelGraph> read_onnx(const std::filesystem::path& path) {
  const auto name = in_quotes(path.string());
  auto file = map_file(path);
  if (!file) return fail(fmt::format("{}: {}", name, file.error().what));
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  auto model = parse_onnx(*std::move(file), folder);
  if (!model) return fail(fmt::format("{}: {}", name, model.error().what));
  return model;
}

}  // namespace jetmeter
