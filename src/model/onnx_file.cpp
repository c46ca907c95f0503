#include "model/onnx_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>

#include <limits>
#include <system_error>

namespace jetmeter {
namespace {

Result<int> open_model(const std::filesystem::path& path) {
  const auto name = in_quotes(path.string());
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found)
    return fail(fmt::format("{}: no such file", name));
  if (error) return fail(fmt::format("{} cannot be read: {}", name, error.message()));
  if (std::filesystem::is_directory(status))
    return fail(fmt::format("{} is a directory; a model is one file", name));
  if (!std::filesystem::is_regular_file(status))
    return fail(fmt::format("{} is not a regular file", name));
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size == 0) return fail(fmt::format("{} is empty (0 bytes)", name));
  if (!error && size > std::numeric_limits<int>::max())
    return fail(fmt::format("{} is over 2 GiB, more than an ONNX file can be", name));
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return fail(fmt::format("{} cannot be opened for reading", name));
  return descriptor;
}

}  // namespace

Result<onnx::ModelProto> parse_onnx_file(const std::filesystem::path& path) {
  const auto descriptor = open_model(path);
  if (!descriptor) return tl::make_unexpected(descriptor.error());
  google::protobuf::io::FileInputStream file(*descriptor);
  file.SetCloseOnDelete(true);
  google::protobuf::io::CodedInputStream in(&file);
  onnx::ModelProto model;
  // Any bytes without a broken field are a ModelProto; a graph with something in it is not chance.
  const bool whole = model.MergePartialFromCodedStream(&in) && in.ConsumedEntireMessage();
  if (!whole || !model.has_graph() || model.graph().output_size() == 0)
    return fail(
        fmt::format("{} is not an ONNX file, or it is cut short", in_quotes(path.string())));
  return model;
}

std::optional<std::uint64_t> count_elements(std::span<const std::int64_t> shape) {
  std::uint64_t count = 1;
  for (const auto extent : shape)
    if (extent < 0 || __builtin_mul_overflow(count, static_cast<std::uint64_t>(extent), &count))
      return std::nullopt;
  return count;
}

std::optional<std::uint64_t> count_bytes(ElementType type, std::span<const std::int64_t> shape) {
  const auto elements = count_elements(shape);
  std::uint64_t bytes = 0;
  if (!elements || element_bytes(type) == 0 ||
      __builtin_mul_overflow(*elements, element_bytes(type), &bytes))
    return std::nullopt;
  return bytes;
}

}  // namespace jetmeter
