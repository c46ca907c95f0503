#include "backends/external_data.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <onnx/onnx_pb.h>

#include <limits>
#include <set>
#include <string>
#include <system_error>

#include "backends/wire_walk.h"

namespace jetmeter {
namespace {

enum class Message { model, graph, function, node, attribute, sparse, tensor, leaf };

// Protocol buffers' own limit: what lies deeper is read by nobody.
constexpr int kDeepest = 100;

// The message that a length-delimited field holds.
//
// Source: onnx.proto (field numbers).
Message held_by(Message message, int field) {
  switch (message) {
    case Message::model:
      if (field == onnx::ModelProto::kGraphFieldNumber) return Message::graph;
      return field == 25 ? Message::function : Message::leaf;
    case Message::graph:
      if (field == onnx::GraphProto::kNodeFieldNumber) return Message::node;
      if (field == onnx::GraphProto::kInitializerFieldNumber) return Message::tensor;
      return field == onnx::GraphProto::kSparseInitializerFieldNumber ? Message::sparse
                                                                      : Message::leaf;
    case Message::function:
      if (field == 7) return Message::node;
      return field == 11 ? Message::attribute : Message::leaf;
    case Message::node:
      return field == onnx::NodeProto::kAttributeFieldNumber ? Message::attribute : Message::leaf;
    case Message::attribute:
      if (field == onnx::AttributeProto::kTFieldNumber ||
          field == onnx::AttributeProto::kTensorsFieldNumber)
        return Message::tensor;
      if (field == onnx::AttributeProto::kGFieldNumber ||
          field == onnx::AttributeProto::kGraphsFieldNumber)
        return Message::graph;
      return field == onnx::AttributeProto::kSparseTensorFieldNumber ||
                     field == onnx::AttributeProto::kSparseTensorsFieldNumber
                 ? Message::sparse
                 : Message::leaf;
    case Message::sparse: return field == 1 || field == 2 ? Message::tensor : Message::leaf;
    default: return Message::leaf;
  }
}

class LocationReader {
 public:
  // False: no well-formed message from some place on.
  bool read(CodedInputStream& in) { return walk(in, Message::model, 0); }
  const std::set<std::string>& locations() const { return locations_; }

 private:
  bool walk(CodedInputStream& in, Message message, int depth) {
    return walk_fields(in, [&](int field) { return take(in, message, field, depth); });
  }

  Taken take(CodedInputStream& in, Message message, int field, int depth) {
    if (message == Message::tensor && field == onnx::TensorProto::kExternalDataFieldNumber)
      return walk_message<onnx::StringStringEntryProto>(in, [&](const auto& entry) {
        if (entry.key() == "location") locations_.insert(entry.value());
      });
    const auto held = held_by(message, field);
    if (held == Message::leaf) return Taken::no;
    if (depth >= kDeepest) return Taken::broken;
    return walk_nested(in, [&] { return walk(in, held, depth + 1); });
  }

  std::set<std::string> locations_;
};

std::set<std::string> locations_in(const std::filesystem::path& model) {
  std::error_code error;
  const auto size = std::filesystem::file_size(model, error);
  const int descriptor = ::open(model.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  google::protobuf::io::FileInputStream file(descriptor);
  file.SetCloseOnDelete(true);
  if (error || size > std::numeric_limits<int>::max()) return {};
  CodedInputStream in(&file);
  in.PushLimit(static_cast<int>(size));
  LocationReader reader;
  (void)reader.read(in);
  return reader.locations();
}

}  // namespace

Result<void> check_external_data(const std::filesystem::path& model) {
  for (const auto& location : locations_in(model)) {
    if (location.empty()) continue;
    if (const auto file = weights_beside(model.parent_path(), location); !file)
      return fail(fmt::format("{}: {}", in_quotes(model.string()), file.error().what));
  }
  return {};
}

}  // namespace jetmeter
