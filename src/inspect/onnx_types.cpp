#include <fmt/format.h>

#include "jetmeter/inspect.h"

namespace jetmeter {

// Source: TensorProto.DataType of onnx.proto.
std::string onnx_type_name(int onnx_type) {
  switch (onnx_type) {
    case 0: return "undefined";
    case 8: return "string";
    case 14: return "complex64";
    case 15: return "complex128";
    case 17: return "float8e4m3fn";
    case 18: return "float8e4m3fnuz";
    case 19: return "float8e5m2";
    case 20: return "float8e5m2fnuz";
    case 21: return "uint4";
    case 22: return "int4";
    case 23: return "float4e2m1";
    default: break;
  }
  const auto type = from_onnx(onnx_type);
  return type == ElementType::other ? fmt::format("type {}", onnx_type) : std::string(name(type));
}

}  // namespace jetmeter
