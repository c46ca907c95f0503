#include "backends/onnx_signature.h"

#include <fcntl.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <onnx/onnx_pb.h>

#include <limits>
#include <set>
#include <system_error>
#include <utility>

#include "backends/wire_walk.h"

namespace jetmeter {
namespace {

TensorSpec spec_of(const onnx::ValueInfoProto& value) {
  const auto& tensor = value.type().tensor_type();
  TensorSpec spec{value.name(), from_onnx(tensor.elem_type()), {}};
  for (const auto& axis : tensor.shape().dim())
    spec.shape.push_back(axis.has_dim_value() && axis.dim_value() >= 0 ? axis.dim_value()
                                                                       : kDynamic);
  return spec;
}

class SignatureReader {
 public:
  bool read(CodedInputStream& in) {
    const bool whole = walk_fields(in, [&](int field) { return model_field(in, field); });
    if (!whole || !has_graph_) return false;
    std::erase_if(signature_.inputs,
                  [&](const auto& input) { return initialisers_.contains(input.name); });
    return true;
  }
  OnnxSignature take() { return std::move(signature_); }

 private:
  Taken model_field(CodedInputStream& in, int field) {
    switch (field) {
      case onnx::ModelProto::kGraphFieldNumber:
        has_graph_ = true;
        return walk_nested(
            in, [&] { return walk_fields(in, [&](int inner) { return graph_field(in, inner); }); });
      case onnx::ModelProto::kMetadataPropsFieldNumber:
        return walk_message<onnx::StringStringEntryProto>(in, [&](const auto& entry) {
          signature_.metadata.insert_or_assign(entry.key(), entry.value());
        });
      case onnx::ModelProto::kProducerNameFieldNumber: return producer(in);
      case onnx::ModelProto::kOpsetImportFieldNumber:
        return walk_message<onnx::OperatorSetIdProto>(
            in, [&](const auto& set) { signature_.opsets[set.domain()] = set.version(); });
      default: return Taken::no;
    }
  }

  Taken graph_field(CodedInputStream& in, int field) {
    switch (field) {
      case onnx::GraphProto::kInputFieldNumber:
        return walk_message<onnx::ValueInfoProto>(
            in, [&](const auto& value) { signature_.inputs.push_back(spec_of(value)); });
      case onnx::GraphProto::kOutputFieldNumber:
        return walk_message<onnx::ValueInfoProto>(
            in, [&](const auto& value) { signature_.outputs.push_back(spec_of(value)); });
      case onnx::GraphProto::kInitializerFieldNumber:
        return walk_nested(in, [&] {
          return walk_fields(in, [&](int inner) { return initialiser_field(in, inner); });
        });
      default: return Taken::no;
    }
  }

  // Files before IR version 4 list their weights among the inputs.
  Taken initialiser_field(CodedInputStream& in, int field) {
    if (field != onnx::TensorProto::kNameFieldNumber) return Taken::no;
    std::string name;
    if (!WireFormatLite::ReadString(&in, &name)) return Taken::broken;
    initialisers_.insert(std::move(name));
    return Taken::yes;
  }

  Taken producer(CodedInputStream& in) {
    std::string name;
    if (!WireFormatLite::ReadString(&in, &name)) return Taken::broken;
    if (!name.empty()) signature_.metadata.emplace("producer", std::move(name));
    return Taken::yes;
  }

  OnnxSignature signature_;
  std::set<std::string> initialisers_;
  bool has_graph_ = false;
};

}  // namespace

Result<OnnxSignature> read_onnx_signature(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (error || descriptor < 0) return fail("the file cannot be opened for reading");
  google::protobuf::io::FileInputStream file(descriptor);
  file.SetCloseOnDelete(true);
  if (size > std::numeric_limits<int>::max())
    return fail("the file is over 2 GiB, more than an ONNX file can be");
  CodedInputStream in(&file);
  // Passing over a field may seek beyond the end of the file; the limit notices.
  in.PushLimit(static_cast<int>(size));
  SignatureReader reader;
  if (!reader.read(in)) return fail("this is not an ONNX file, or it is cut short");
  return reader.take();
}

}  // namespace jetmeter
