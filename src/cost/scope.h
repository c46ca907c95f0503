// What is known of the tensors of one graph, and of those around it where it is a body.
#pragma once

#include <string>
#include <unordered_map>

#include "cost/rule.h"

namespace jetmeter {

class ShapeScope {
 public:
  explicit ShapeScope(const ShapeScope* around = nullptr) : around_(around) {}

  // Null: nobody has written it yet. Without a shape, why() tells the reason.
  const TensorFact* find(const std::string& name) const;
  // Why a tensor has no shape: what stood in the way at the first node where something did.
  std::string why(const std::string& name) const;

  void learn(const std::string& name, TensorFact fact) { facts_[name] = std::move(fact); }
  void miss(const std::string& name, TensorFact fact, std::string why);

  std::unordered_map<std::string, TensorFact>& facts() { return facts_; }

 private:
  const ShapeScope* around_;
  std::unordered_map<std::string, TensorFact> facts_;
  std::unordered_map<std::string, std::string> missed_;
};

}  // namespace jetmeter
