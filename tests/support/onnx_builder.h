// Small ONNX models for tests: name the inputs, the nodes and the outputs, take the bytes. Links
// onnx_proto.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace jetmeter {

class OnnxBuilder {
 public:
  static constexpr int kFloat = onnx::TensorProto::FLOAT;
  static constexpr int kHalf = onnx::TensorProto::FLOAT16;
  static constexpr int kInt64 = onnx::TensorProto::INT64;

  OnnxBuilder() {
    model_.set_ir_version(7);
    model_.set_producer_name("jetmeter tests");
    model_.add_opset_import()->set_version(13);
    model_.mutable_graph()->set_name("test");
  }

  // A negative extent is an open axis, named after its position.
  OnnxBuilder& input(const std::string& name, int type, const std::vector<std::int64_t>& shape) {
    declare(*model_.mutable_graph()->add_input(), name, type, shape);
    return *this;
  }
  OnnxBuilder& output(const std::string& name, int type, const std::vector<std::int64_t>& shape) {
    declare(*model_.mutable_graph()->add_output(), name, type, shape);
    return *this;
  }
  OnnxBuilder& node(const std::string& op, std::initializer_list<std::string> inputs,
                    std::initializer_list<std::string> outputs) {
    auto& node = *model_.mutable_graph()->add_node();
    node.set_op_type(op);
    node.set_name(op + "_" + std::to_string(model_.graph().node_size()));
    for (const auto& name : inputs) node.add_input(name);
    for (const auto& name : outputs) node.add_output(name);
    return *this;
  }
  OnnxBuilder& initialiser(const std::string& name, const std::vector<std::int64_t>& shape,
                           const std::vector<float>& values) {
    auto& tensor = *model_.mutable_graph()->add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(kFloat);
    for (const auto extent : shape) tensor.add_dims(extent);
    tensor.set_raw_data(values.data(), values.size() * sizeof(float));
    return *this;
  }
  OnnxBuilder& metadata(const std::string& key, const std::string& value) {
    auto& entry = *model_.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
    return *this;
  }
  std::string bytes() const { return model_.SerializeAsString(); }

 private:
  static void declare(onnx::ValueInfoProto& value, const std::string& name, int type,
                      const std::vector<std::int64_t>& shape) {
    value.set_name(name);
    auto& tensor = *value.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(type);
    auto& axes = *tensor.mutable_shape();
    for (const auto extent : shape) {
      auto& axis = *axes.add_dim();
      if (extent < 0)
        axis.set_dim_param("axis" + std::to_string(axes.dim_size() - 1));
      else
        axis.set_dim_value(extent);
    }
  }

  onnx::ModelProto model_;
};

}  // namespace jetmeter
