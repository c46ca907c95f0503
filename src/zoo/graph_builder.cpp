#include "zoo/graph_builder.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>

#include <cassert>

namespace jetmeter {
namespace {

constexpr std::int64_t kIrVersion = 7, kOpset = 13;

void set(onnx::AttributeProto& attribute, std::int64_t value) {
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void set(onnx::AttributeProto& attribute, float value) {
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}

void set(onnx::AttributeProto& attribute, const std::string& value) {
  attribute.set_type(onnx::AttributeProto::STRING);
  attribute.set_s(value);
}

void set(onnx::AttributeProto& attribute, const std::vector<std::int64_t>& values) {
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

void describe(onnx::ValueInfoProto& value, const std::string& name, const Shape& shape) {
  value.set_name(name);
  auto* tensor = value.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t extent : shape) {
    auto* axis = tensor->mutable_shape()->add_dim();
    if (extent != kDynamic) axis->set_dim_value(extent);
  }
}

}  // namespace

struct GraphBuilder::Implementation {
  onnx::ModelProto model;
};

GraphBuilder::GraphBuilder(const std::string& graph_name)
    : implementation_(std::make_unique<Implementation>()) {
  onnx::ModelProto& model = implementation_->model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("jetmeter");
  auto* opset = model.add_opset_import();
  opset->set_domain("");
  opset->set_version(kOpset);
  model.mutable_graph()->set_name(graph_name);
}

GraphBuilder::~GraphBuilder() = default;

std::string GraphBuilder::input(const std::string& name, const Shape& shape) {
  describe(*implementation_->model.mutable_graph()->add_input(), name, shape);
  return name;
}

std::string GraphBuilder::output(const std::string& name, const Shape& shape) {
  describe(*implementation_->model.mutable_graph()->add_output(), name, shape);
  return name;
}

std::string GraphBuilder::floats(const std::string& name, const Shape& shape,
                                 const std::vector<float>& values) {
  assert(element_count(shape) == std::ssize(values));
  auto* tensor = implementation_->model.mutable_graph()->add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t extent : shape) tensor->add_dims(extent);
  for (const float value : values) tensor->add_float_data(value);
  return name;
}

std::string GraphBuilder::integers(const std::string& name,
                                   const std::vector<std::int64_t>& values) {
  auto* tensor = implementation_->model.mutable_graph()->add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(onnx::TensorProto::INT64);
  tensor->add_dims(std::ssize(values));
  for (const std::int64_t value : values) tensor->add_int64_data(value);
  return name;
}

std::string GraphBuilder::node(const std::string& op, const std::string& name,
                               const std::vector<std::string>& inputs,
                               const Attributes& attributes) {
  auto* node = implementation_->model.mutable_graph()->add_node();
  node->set_op_type(op);
  node->set_name(name);
  for (const std::string& tensor : inputs) node->add_input(tensor);
  node->add_output(name);
  for (const auto& [key, value] : attributes) {
    auto* attribute = node->add_attribute();
    attribute->set_name(key);
    std::visit([attribute](const auto& held) { set(*attribute, held); }, value);
  }
  return name;
}

void GraphBuilder::metadata(const std::string& key, const std::string& value) {
  auto* entry = implementation_->model.add_metadata_props();
  entry->set_key(key);
  entry->set_value(value);
}

std::string GraphBuilder::serialise() const {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    implementation_->model.SerializeToCodedStream(&coded);
  }
  return bytes;
}

}  // namespace jetmeter
