#include "cost/scope.h"

#include <fmt/format.h>

namespace jetmeter {

const TensorFact* ShapeScope::find(const std::string& name) const {
  for (const auto* scope = this; scope != nullptr; scope = scope->around_)
    if (const auto found = scope->facts_.find(name); found != scope->facts_.end())
      return &found->second;
  return nullptr;
}

std::string ShapeScope::why(const std::string& name) const {
  for (const auto* scope = this; scope != nullptr; scope = scope->around_)
    if (const auto found = scope->missed_.find(name); found != scope->missed_.end())
      return found->second;
  return fmt::format("the shape of {} is not known", in_quotes(name));
}

void ShapeScope::miss(const std::string& name, TensorFact fact, std::string why) {
  fact.shape.reset();
  facts_[name] = std::move(fact);
  missed_[name] = std::move(why);
}

}  // namespace jetmeter
