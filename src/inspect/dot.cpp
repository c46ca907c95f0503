#include <fmt/format.h>

#include "inspect/family_colour.h"
#include "jetmeter/inspect.h"

namespace jetmeter {
namespace {

std::string dot_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

std::string graph_dot(const ModelGraph& model, const PictureOptions& options) {
  const auto picture = make_picture(model, options.most_boxes);
  const auto& title = options.title.empty() ? model.graph.name : options.title;
  std::string out = fmt::format(
      "digraph model {{\n  label={};\n  labelloc=t;\n"
      "  node [shape=box, style=\"filled,rounded\", fontname=\"sans-serif\", fontsize=11];\n"
      "  edge [color=\"#64748b\", arrowsize=0.6];\n",
      dot_quoted(title));
  for (std::size_t i = 0; i < picture.boxes.size(); ++i) {
    const auto& box = picture.boxes[i];
    auto label = box.title;
    for (const auto& line : box.lines) label += '\n' + line;
    const auto colour = family_colour(box.family);
    out += fmt::format("  n{} [label={}, tooltip={}, fillcolor=\"{}\", color=\"{}\"{}];\n", i,
                       dot_quoted(label), dot_quoted(box.tip), colour.fill, colour.line,
                       box.family == OperatorFamily::port ? ", fontcolor=\"#ffffff\"" : "");
  }
  for (const auto& [from, to] : picture.edges) out += fmt::format("  n{} -> n{};\n", from, to);
  return out + "}\n";
}

}  // namespace jetmeter
