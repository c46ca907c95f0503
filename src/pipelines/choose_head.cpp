#include "pipelines/choose_head.h"

#include <fmt/format.h>

#include <vector>

#include "jetmeter/detection.h"

namespace jetmeter {
namespace {

std::string describe(const HeadInput& input) {
  std::string text;
  for (const auto& output : input.outputs)
    text += fmt::format("{}{} is {}", text.empty() ? "" : ", ", output.name,
                        format_shape(output.shape));
  return text;
}

// Binds, and holds the classes that it counts against the labels.
Result<ChosenHead> try_head(const Head& head, const HeadInput& input, const Labels& labels) {
  auto decoder = head.bind(input);
  if (!decoder) return tl::make_unexpected(decoder.error());
  const int classes = (*decoder)->classes();
  const auto names = static_cast<int>(labels.names.size());
  if (names > 0 && classes > 0 && classes != names)
    return fail(fmt::format("{}: read so, there are {} classes, but {} labels (from {})",
                            describe(input), classes, names, labels.from));
  return ChosenHead{&head, std::move(*decoder), describe(input)};
}

Result<ChosenHead> choose_named(std::string_view name, const HeadInput& input,
                                const Labels& labels) {
  std::string known = "auto";
  for (const auto* head : heads()) {
    if (head->name != name) {
      known += fmt::format(", {}", head->name);
      continue;
    }
    auto chosen = try_head(*head, input, labels);
    if (!chosen) return fail(fmt::format("head {} does not fit: {}", name, chosen.error().what));
    return chosen;
  }
  return fail(fmt::format("there is no head \"{}\"; there are {}", name, known));
}

}  // namespace

Result<ChosenHead> choose_head(std::string_view name, const HeadInput& input,
                               const Labels& labels) {
  if (name != "auto") return choose_named(name, input, labels);
  std::vector<ChosenHead> fitting;
  std::string refusals;
  for (const auto* head : heads()) {
    auto chosen = try_head(*head, input, labels);
    if (chosen)
      fitting.push_back(std::move(*chosen));
    else
      refusals +=
          fmt::format("; {} reads {}, but {}", head->name, head->summary, chosen.error().what);
  }
  if (fitting.empty())
    return fail(fmt::format("no detection head reads this model's outputs ({}){}", describe(input),
                            refusals));
  for (auto& chosen : fitting)
    if (chosen.decoder->classes() == static_cast<int>(kCocoLabels.size())) return std::move(chosen);
  return std::move(fitting.front());
}

}  // namespace jetmeter
