#include "graph/slim_onnx.h"

#include <onnx/onnx_pb.h>

#include <optional>

namespace jetmeter {
namespace {

enum class Message { model, graph, node, attribute, tensor, leaf };

// Bodies in bodies; protocol buffers' own limit is 100 messages.
constexpr int kDeepest = 90;
constexpr std::uint32_t kRawData = 9, kDataType = 2, kFloatData = 4, kDoubleData = 10;

// The message that a length-delimited field holds; `leaf` is copied as it is.
Message held_by(Message message, std::uint32_t field) {
  switch (message) {
    case Message::model: return field == 7 ? Message::graph : Message::leaf;
    case Message::graph:
      if (field == 1) return Message::node;
      return field == 5 ? Message::tensor : Message::leaf;
    case Message::node: return field == 5 ? Message::attribute : Message::leaf;
    case Message::attribute:
      if (field == 5 || field == 10) return Message::tensor;
      return field == 6 || field == 11 ? Message::graph : Message::leaf;
    default: return Message::leaf;
  }
}

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

class Slimmer {
 public:
  Slimmer(std::span<const std::byte> file, std::uint64_t least) : file_(file), least_(least) {}

  bool rewrite(Message message, std::size_t at, std::size_t end, int depth, std::string& out) {
    if (depth > kDeepest) return false;
    const auto typed = message == Message::tensor ? floats_in(at, end) : 0;
    while (at < end) {
      const auto start = at;
      const auto key = varint(at, end);
      if (!key) return false;
      const auto field = static_cast<std::uint32_t>(*key >> 3);
      if ((*key & 7) != 2) {
        if (!skip_scalar(static_cast<int>(*key & 7), at, end)) return false;
        copy(start, at, out);
        continue;
      }
      const auto size = varint(at, end);
      if (!size || *size > end - at) return false;
      const auto stop = at + static_cast<std::size_t>(*size);
      if (message == Message::tensor && is_large_data(field, typed, *size))
        cut(at, *size, out);
      else if (const auto held = held_by(message, field); held == Message::leaf)
        copy(start, stop, out);
      else if (!rewrite_held(held, *key, at, stop, depth, out))
        return false;
      at = stop;
    }
    return true;
  }

  std::vector<std::pair<std::uint64_t, std::uint64_t>> take_cuts() { return std::move(cuts_); }

 private:
  bool is_large_data(std::uint32_t field, std::uint32_t typed, std::uint64_t size) const {
    if (size < least_) return false;
    if (field == kRawData) return true;
    return field == typed && size % (field == kFloatData ? 4 : 8) == 0;
  }

  // The field of a tensor whose packed values are laid out as its raw data would be, and all of its
  // data: floats and doubles, in one piece. 0: there is none. Integers are packed otherwise.
  std::uint32_t floats_in(std::size_t at, std::size_t end) const {
    std::uint64_t type = 0;
    int floats = 0, doubles = 0;
    while (at < end) {
      const auto key = varint(at, end);
      if (!key) return 0;
      const auto field = static_cast<std::uint32_t>(*key >> 3);
      const auto kind = static_cast<int>(*key & 7);
      if (kind == 0 || kind == 2) {
        const auto value = varint(at, end);
        if (!value || (kind == 2 && *value > end - at)) return 0;
        if (kind == 0 && field == kDataType) type = *value;
        if (kind == 2 && field == kRawData && *value > 0) return 0;
        if (kind == 2) at += static_cast<std::size_t>(*value);
      } else if (!skip_scalar(kind, at, end)) {
        return 0;
      }
      floats += field == kFloatData ? 1 : 0;
      doubles += field == kDoubleData ? 1 : 0;
    }
    using onnx::TensorProto;
    if (floats == 1 && (type == TensorProto::FLOAT || type == TensorProto::COMPLEX64))
      return kFloatData;
    if (doubles == 1 && (type == TensorProto::DOUBLE || type == TensorProto::COMPLEX128))
      return kDoubleData;
    return 0;
  }

  bool rewrite_held(Message held, std::uint64_t key, std::size_t at, std::size_t end, int depth,
                    std::string& out) {
    std::string inner;
    if (!rewrite(held, at, end, depth + 1, inner)) return false;
    append_varint(out, key);
    append_varint(out, inner.size());
    out += inner;
    return true;
  }

  void cut(std::size_t at, std::uint64_t size, std::string& out) {
    onnx::TensorProto note;
    auto* entry = note.add_external_data();
    entry->set_key(kCutKey);
    entry->set_value(std::to_string(cuts_.size()));
    note.AppendPartialToString(&out);
    cuts_.emplace_back(at, size);
  }

  void copy(std::size_t from, std::size_t to, std::string& out) const {
    out.append(reinterpret_cast<const char*>(file_.data()) + from, to - from);
  }

  std::optional<std::uint64_t> varint(std::size_t& at, std::size_t end) const {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && at < end; shift += 7) {
      const auto byte = std::to_integer<std::uint64_t>(file_[at++]);
      value |= (byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    return std::nullopt;
  }

  bool skip_scalar(int wire_type, std::size_t& at, std::size_t end) const {
    if (wire_type == 0) return varint(at, end).has_value();
    const std::size_t size = wire_type == 1 ? 8 : wire_type == 5 ? 4 : 0;
    if (size == 0 || size > end - at) return false;
    at += size;
    return true;
  }

  std::span<const std::byte> file_;
  std::uint64_t least_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> cuts_;
};

}  // namespace

Result<SlimOnnx> slim_onnx(std::span<const std::byte> file, std::uint64_t least) {
  Slimmer slimmer(file, least);
  SlimOnnx slim;
  if (!slimmer.rewrite(Message::model, 0, file.size(), 0, slim.bytes))
    return fail("not an ONNX file, or cut short");
  slim.cuts = slimmer.take_cuts();
  return slim;
}

}  // namespace jetmeter
