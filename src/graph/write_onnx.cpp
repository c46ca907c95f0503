#include <fcntl.h>
#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>

#include "jetmeter/graph.h"

namespace jetmeter {
namespace {

// What protocol buffers can hold in one message, with room for what is not weights.
constexpr std::uint64_t kMostInside = (std::uint64_t{2} << 30) - (std::uint64_t{64} << 20);
// Where a mapping may begin: weights of a page or more.
constexpr std::uint64_t kAlignment = 4096;
constexpr std::uint64_t kSmallestBeside = 1024;
// Keys of fields: number << 3 | 2, which is length-delimited.
constexpr char kGraphKey = 7 << 3 | 2, kInitialiserKey = 5 << 3 | 2, kRawDataKey = 9 << 3 | 2;

// Takes the next bytes; the error says why they could not be kept.
using Sink = std::function<Result<void>(std::span<const std::byte>)>;

std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

std::string encoded(const google::protobuf::MessageLite& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializePartialToCodedStream(&coded);
  }
  return bytes;
}

// The bytes, generated where they are.
Result<void> with_bytes(const Tensor& tensor, const Sink& use) {
  if (!tensor.generate) return use(tensor.data.bytes);
  std::vector<std::byte> bytes(tensor.byte_size());
  tensor.generate(bytes);
  return use(bytes);
}

// ---- what is small: all but the data of the graph's own weights ---------------------------------

void fill_tensor_head(onnx::TensorProto& proto, const Tensor& tensor) {
  if (!tensor.name.empty()) proto.set_name(tensor.name);
  proto.set_data_type(tensor.onnx_type);
  for (const auto extent : tensor.shape) proto.add_dims(extent);
  for (const auto& text : tensor.texts) proto.add_string_data(text);
}

void fill_tensor(onnx::TensorProto& proto, const Tensor& tensor) {
  fill_tensor_head(proto, tensor);
  if (!tensor.texts.empty()) return;
  (void)with_bytes(tensor, [&](auto bytes) -> Result<void> {
    proto.set_raw_data(bytes.data(), bytes.size());
    return {};
  });
}

void fill_value(onnx::ValueInfoProto& proto, const Value& value) {
  proto.set_name(value.name);
  if (value.type == ElementType::other && value.onnx_type == 0 && !value.ranked) return;
  auto& tensor = *proto.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(value.type == ElementType::other ? value.onnx_type : to_onnx(value.type));
  if (!value.ranked) return;
  tensor.mutable_shape();
  for (std::size_t i = 0; i < value.shape.size(); ++i) {
    auto& axis = *tensor.mutable_shape()->add_dim();
    if (value.shape[i] != kDynamic)
      axis.set_dim_value(value.shape[i]);
    else if (i < value.axes.size() && !value.axes[i].empty())
      axis.set_dim_param(value.axes[i]);
  }
}

void fill_graph(onnx::GraphProto&, const Graph&, bool with_weights);

struct AttributeFiller {
  onnx::AttributeProto& proto;

  void operator()(std::int64_t value) const {
    proto.set_type(onnx::AttributeProto::INT);
    proto.set_i(value);
  }
  void operator()(float value) const {
    proto.set_type(onnx::AttributeProto::FLOAT);
    proto.set_f(value);
  }
  void operator()(const std::string& value) const {
    proto.set_type(onnx::AttributeProto::STRING);
    proto.set_s(value);
  }
  void operator()(const std::vector<std::int64_t>& values) const {
    proto.set_type(onnx::AttributeProto::INTS);
    proto.mutable_ints()->Add(values.begin(), values.end());
  }
  void operator()(const std::vector<float>& values) const {
    proto.set_type(onnx::AttributeProto::FLOATS);
    proto.mutable_floats()->Add(values.begin(), values.end());
  }
  void operator()(const std::vector<std::string>& values) const {
    proto.set_type(onnx::AttributeProto::STRINGS);
    for (const auto& value : values) proto.add_strings(value);
  }
  void operator()(const Tensor& tensor) const {
    proto.set_type(onnx::AttributeProto::TENSOR);
    fill_tensor(*proto.mutable_t(), tensor);
  }
  void operator()(const std::shared_ptr<Graph>& body) const {
    proto.set_type(onnx::AttributeProto::GRAPH);
    fill_graph(*proto.mutable_g(), *body, true);
  }
};

void fill_node(onnx::NodeProto& proto, const Node& node) {
  proto.set_op_type(node.op);
  if (!node.domain.empty()) proto.set_domain(node.domain);
  if (!node.name.empty()) proto.set_name(node.name);
  for (const auto& name : node.inputs) proto.add_input(name);
  for (const auto& name : node.outputs) proto.add_output(name);
  for (const auto& each : node.attributes) {
    auto& attribute = *proto.add_attribute();
    attribute.set_name(each.name);
    std::visit(AttributeFiller{attribute}, each.value);
  }
}

void fill_graph(onnx::GraphProto& proto, const Graph& graph, bool with_weights) {
  proto.set_name(graph.name);
  for (const auto& node : graph.nodes) fill_node(*proto.add_node(), node);
  for (const auto& value : graph.inputs) fill_value(*proto.add_input(), value);
  for (const auto& value : graph.outputs) fill_value(*proto.add_output(), value);
  for (const auto& value : graph.values) fill_value(*proto.add_value_info(), value);
  if (with_weights)
    for (const auto& weight : graph.weights) fill_tensor(*proto.add_initializer(), weight);
}

onnx::ModelProto head_of(const ModelGraph& model) {
  onnx::ModelProto proto;
  proto.set_ir_version(model.ir_version);
  for (const auto& [domain, version] : model.opsets) {
    auto& opset = *proto.add_opset_import();
    opset.set_domain(domain);
    opset.set_version(version);
  }
  proto.set_producer_name(model.producer);
  if (!model.producer_version.empty()) proto.set_producer_version(model.producer_version);
  if (!model.domain.empty()) proto.set_domain(model.domain);
  if (model.model_version != 0) proto.set_model_version(model.model_version);
  if (!model.description.empty()) proto.set_doc_string(model.description);
  for (const auto& [key, value] : model.metadata) {
    auto& entry = *proto.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  return proto;
}

// ---- the weights, one after the other ----------------------------------------------------------

// Where a weight lies in the file beside the model; absent: inside.
struct Beside {
  std::string location;
  std::uint64_t offset = 0;
};

// An encoded initialiser without its raw data, and how long it is with it.
struct Initialiser {
  const Tensor* tensor = nullptr;
  std::string head;
  bool data_inside = true;
  std::uint64_t size = 0;
};

Initialiser initialiser_of(const Tensor& tensor, const std::optional<Beside>& beside) {
  onnx::TensorProto proto;
  fill_tensor_head(proto, tensor);
  const auto bytes = tensor.byte_size();
  if (beside) {
    proto.set_data_location(onnx::TensorProto::EXTERNAL);
    const std::pair<const char*, std::string> entries[] = {
        {"location", beside->location},
        {"offset", std::to_string(beside->offset)},
        {"length", std::to_string(bytes)}};
    for (const auto& [key, value] : entries) {
      auto& entry = *proto.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    }
  }
  Initialiser initialiser{&tensor, encoded(proto), !beside && tensor.texts.empty(), 0};
  if (initialiser.data_inside) {
    initialiser.head.push_back(kRawDataKey);
    append_varint(initialiser.head, bytes);
  }
  initialiser.size = initialiser.head.size() + (initialiser.data_inside ? bytes : 0);
  return initialiser;
}

std::string field_start(char key, std::uint64_t size) {
  std::string start(1, key);
  append_varint(start, size);
  return start;
}

Result<void> put(const ModelGraph& model, const std::vector<std::optional<Beside>>& places,
                 const Sink& sink) {
  onnx::GraphProto proto;
  fill_graph(proto, model.graph, false);
  if (proto.ByteSizeLong() > kMostInside)
    return fail(
        "the model holds over 2 GiB in constants and bodies of control flow, more than one ONNX "
        "file can hold");
  const auto graph = encoded(proto);
  std::vector<Initialiser> initialisers;
  std::uint64_t size = graph.size();
  for (std::size_t i = 0; i < model.graph.weights.size(); ++i) {
    initialisers.push_back(initialiser_of(model.graph.weights[i], places[i]));
    const auto each = initialisers.back().size;
    size += field_start(kInitialiserKey, each).size() + each;
  }
  if (auto good = sink(as_bytes(encoded(head_of(model)) + field_start(kGraphKey, size) + graph));
      !good)
    return good;
  for (const auto& each : initialisers) {
    if (auto good = sink(as_bytes(field_start(kInitialiserKey, each.size) + each.head)); !good)
      return good;
    if (!each.data_inside) continue;
    if (auto good = with_bytes(*each.tensor, sink); !good) return good;
  }
  return {};
}

// ---- files -------------------------------------------------------------------------------------

// A file that has its name only when it is complete; until then one of this process's own.
class NewFile {
 public:
  explicit NewFile(std::filesystem::path path) : path_(std::move(path)) {}
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(part_.c_str());
  }

  Result<void> open() {
    auto target = replaceable(path_);
    if (!target) return tl::make_unexpected(target.error());
    path_ = *std::move(target);
    part_ = fmt::format("{}.part-{}", path_.string(), ::getpid());
    descriptor_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return descriptor_ < 0 ? failure("cannot be written") : Result<void>{};
  }
  Result<void> write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const auto wrote = ::write(descriptor_, bytes.data(), bytes.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return failure("could not be written to its end");
      bytes = bytes.subspan(static_cast<std::size_t>(wrote));
      size_ += static_cast<std::uint64_t>(wrote);
    }
    return {};
  }
  std::uint64_t size() const { return size_; }
  Result<void> finish() {
    const int closed = ::close(std::exchange(descriptor_, -1));
    if (closed == 0 && ::rename(part_.c_str(), path_.c_str()) == 0) return {};
    auto failed = failure("could not be completed");
    ::unlink(part_.c_str());
    return failed;
  }

 private:
  Result<void> failure(std::string_view what) const {
    return fail(fmt::format("{} {}: {}", in_quotes(path_.string()), what, std::strerror(errno)));
  }

  std::filesystem::path path_, part_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

using Places = std::vector<std::optional<Beside>>;

Result<Places> put_beside(const ModelGraph& model, NewFile& file, const std::string& location) {
  Places places;
  for (const auto& weight : model.graph.weights) {
    const auto bytes = weight.byte_size();
    if (bytes < kSmallestBeside || !weight.texts.empty()) {
      places.emplace_back();
      continue;
    }
    if (const auto past = file.size() % kAlignment; bytes >= kAlignment && past != 0)
      if (auto good = file.write(std::vector<std::byte>(kAlignment - past)); !good)
        return tl::make_unexpected(good.error());
    places.push_back(Beside{location, file.size()});
    if (auto good = with_bytes(weight, [&](auto data) { return file.write(data); }); !good)
      return tl::make_unexpected(good.error());
  }
  return places;
}

std::uint64_t weight_bytes(const ModelGraph& model) {
  std::uint64_t bytes = 0;
  for (const auto& weight : model.graph.weights) bytes += weight.byte_size();
  return bytes;
}

Result<void> check_writable(const ModelGraph& model) {
  if (model.lost.empty()) return {};
  return fail(
      fmt::format("the model has {}, which jetmeter cannot write", fmt::join(model.lost, " and ")));
}

}  // namespace

Result<void> write_onnx(const ModelGraph& model, const std::filesystem::path& path,
                        WeightPlace place) {
  if (auto good = check_writable(model); !good) return good;
  const bool beside = place == WeightPlace::beside ||
                      (place == WeightPlace::automatic && weight_bytes(model) > kMostInside);
  const auto data_path = std::filesystem::path(path.string() + ".data");
  NewFile file(path), data(data_path);
  if (auto good = file.open(); !good) return good;
  Places places(model.graph.weights.size());
  if (beside) {
    if (auto good = data.open(); !good) return good;
    auto placed = put_beside(model, data, data_path.filename().string());
    if (!placed) return tl::make_unexpected(placed.error());
    places = *std::move(placed);
  }
  if (auto good = put(model, places, [&](auto bytes) { return file.write(bytes); }); !good)
    return good;
  if (beside)
    if (auto good = data.finish(); !good) return good;
  return file.finish();
}

Result<std::string> to_onnx_bytes(const ModelGraph& model) {
  if (auto good = check_writable(model); !good) return tl::make_unexpected(good.error());
  if (weight_bytes(model) > kMostInside)
    return fail("the model's weights are over 2 GiB, more than one ONNX file can hold");
  std::string bytes;
  auto good = put(model, Places(model.graph.weights.size()), [&](auto more) -> Result<void> {
    bytes.append(reinterpret_cast<const char*>(more.data()), more.size());
    return {};
  });
  if (!good) return tl::make_unexpected(good.error());
  return bytes;
}

}  // namespace jetmeter
