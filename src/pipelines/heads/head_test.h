// What the tests of the heads share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/pipeline.h"

namespace jetmeter {

inline const Head& head_named(std::string_view name) {
  for (const auto* head : heads())
    if (head->name == name) return *head;
  throw std::runtime_error("no such head");
}

struct HeadCase {
  int width = 0, height = 0;
  std::vector<Shape> shapes;
};

inline Result<std::unique_ptr<HeadDecoder>> bind_head(std::string_view name, const HeadCase& c) {
  std::vector<TensorSpec> outputs;
  for (const auto& shape : c.shapes)
    outputs.push_back({"out" + std::to_string(outputs.size()), ElementType::float32, shape});
  return head_named(name).bind({c.width, c.height, outputs});
}

inline std::string head_refusal(std::string_view name, const HeadCase& c) {
  const auto decoder = bind_head(name, c);
  return decoder ? "accepted" : decoder.error().what;
}

inline Candidates decode_all(const HeadDecoder& decoder,
                             const std::vector<std::vector<float>>& outputs, float confidence) {
  std::vector<std::span<const float>> views(outputs.begin(), outputs.end());
  Candidates candidates;
  decoder.decode(views, confidence, candidates);
  return candidates;
}

}  // namespace jetmeter
