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

struct Misfit {
  std::string what;
  bool of_labels = false;  // the head reads these outputs, as another number of classes
};

// Binds, and holds the classes that it counts against the labels.
tl::expected<ChosenHead, Misfit> try_head(const Head& head, const HeadInput& input,
                                          const Labels& labels) {
  auto decoder = head.bind(input);
  if (!decoder) return tl::make_unexpected(Misfit{decoder.error().what});
  const int classes = (*decoder)->classes();
  const auto names = static_cast<int>(labels.names.size());
  if (names > 0 && classes > 0 && classes != names)
    return tl::make_unexpected(Misfit{
        fmt::format("{} classes, but {} labels (from {})", classes, names, labels.from), true});
  return ChosenHead{&head, std::move(*decoder), describe(input)};
}

constexpr int kCocoClasses = static_cast<int>(kCocoLabels.size());

// Another head than `taken` that counts COCO's classes in the same outputs.
const Head* reader_as_coco(const Head& taken, const HeadInput& input) {
  for (const auto* head : heads()) {
    if (head == &taken) continue;
    const auto decoder = head->bind(input);
    if (decoder && (*decoder)->classes() == kCocoClasses) return head;
  }
  return nullptr;
}

// A name alone does not settle which of two readings is meant, when the other finds COCO's 80.
Result<ChosenHead> unless_doubtful(ChosenHead chosen, const HeadInput& input,
                                   const Labels& labels) {
  const int classes = chosen.decoder->classes();
  if (!labels.names.empty() || classes == 0 || classes == kCocoClasses) return chosen;
  const auto* other = reader_as_coco(*chosen.head, input);
  if (!other) return chosen;
  return fail(
      fmt::format("head {} counts {} classes ({}), but head {} counts COCO's {}: give "
                  "--labels-file with {} names, or take --head {}",
                  chosen.head->name, classes, describe(input), other->name, kCocoClasses, classes,
                  other->name));
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
    if (chosen) return unless_doubtful(std::move(*chosen), input, labels);
    const auto& [what, of_labels] = chosen.error();
    return fail(fmt::format("head {} does not fit: {}{}", name,
                            of_labels ? describe(input) + ": read so, there are " : "", what));
  }
  return fail(fmt::format("there is no head \"{}\"; there are {}", name, known));
}

}  // namespace

Result<ChosenHead> choose_head(std::string_view name, const HeadInput& input,
                               const Labels& labels) {
  if (name != "auto") return choose_named(name, input, labels);
  std::vector<ChosenHead> fitting;
  std::string refusals, miscounts;
  for (const auto* head : heads()) {
    auto chosen = try_head(*head, input, labels);
    if (chosen)
      fitting.push_back(std::move(*chosen));
    else if (chosen.error().of_labels)
      miscounts += fmt::format("{}as {} there are {}", miscounts.empty() ? "" : "; ", head->name,
                               chosen.error().what);
    else
      refusals +=
          fmt::format("; {} reads {}, but {}", head->name, head->summary, chosen.error().what);
  }
  if (fitting.empty() && !miscounts.empty())  // the heads that cannot read it are beside the point
    return fail(fmt::format("the labels do not fit the model's outputs ({}): read {}",
                            describe(input), miscounts));
  if (fitting.empty())
    return fail(fmt::format("no detection head reads this model's outputs ({}){}", describe(input),
                            refusals));
  for (auto& chosen : fitting)
    if (chosen.decoder->classes() == kCocoClasses) return std::move(chosen);
  return std::move(fitting.front());
}

}  // namespace jetmeter
