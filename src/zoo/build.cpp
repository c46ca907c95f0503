#include <fmt/format.h>

#include <vector>

#include "jetmeter/zoo.h"

namespace jetmeter {

Result<std::string> build_zoo_model(std::string_view name) {
  std::vector<std::string> names;
  std::string list;
  for (const ZooModel* model : zoo_models()) {
    if (model->name == name) return model->build();
    names.emplace_back(model->name);
    list += (list.empty() ? "" : ", ") + names.back();
  }
  const auto guess = closest(name, names);
  return fail(fmt::format("there is no zoo model {}; {}the zoo has {}", in_quotes(name),
                          guess ? fmt::format("did you mean {}? ", *guess) : "", list));
}

}  // namespace jetmeter
