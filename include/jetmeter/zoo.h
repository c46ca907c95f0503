// Small models that jetmeter makes itself, so that a demo and the tests need no downloads. Each is
// built as a graph and serialised as ONNX; the same options give the same bytes. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "jetmeter/core.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

struct ZooModel {
  std::string_view name;  // "scene-rgb"
  std::string_view summary;
  std::string (*build)();  // ONNX bytes
};

std::span<const ZooModel* const> zoo_models();
Result<std::string> build_zoo_model(std::string_view name);

}  // namespace jetmeter
