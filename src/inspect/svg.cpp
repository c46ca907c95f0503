#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "inspect/family_colour.h"
#include "inspect/layout.h"
#include "inspect/text_table.h"
#include "jetmeter/inspect.h"

namespace jetmeter {
namespace {

// Pixels. A character of a sans-serif face is taken to be a little wider than it mostly is.
constexpr double kTitleWide = 7.0, kLineWide = 6.0, kTitleHigh = 16, kLineHigh = 14;
constexpr double kPadding = 10, kMargin = 28, kHead = 84, kLeastBox = 76;

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : valid_utf8(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? '?' : c;
    }
  }
  return out;
}

LayoutBox size_of(const PictureBox& box) {
  double width = kTitleWide * static_cast<double>(characters(box.title));
  for (const auto& line : box.lines)
    width = std::max(width, kLineWide * static_cast<double>(characters(line)));
  return {std::max(kLeastBox, width + 2 * kPadding),
          kTitleHigh + kLineHigh * static_cast<double>(box.lines.size()) + kPadding};
}

class SvgWriter {
 public:
  SvgWriter(const ModelGraph& model, const GraphPictureOptions& options)
      : picture_(make_picture(model, options.most_boxes)),
        title_(visible_text(options.title.empty() ? model.graph.name : options.title)) {
    for (const auto& box : picture_.boxes) sizes_.push_back(size_of(box));
    layout_ = lay_out(sizes_, picture_.edges);
    spread_ends();
  }

  std::string write() {
    const auto legend = legend_text();
    const double width = std::max({layout_.width, legend_width_, 320.0}) + 2 * kMargin;
    left_ = (width - layout_.width) / 2;
    const double height = layout_.height + kHead + 2 * kMargin;
    out_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
        "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"system-ui, 'DejaVu Sans', sans-serif\">\n"
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" "
        "markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0.5 L8 4 L0 7.5 z\" fill=\"#64748b\"/>"
        "</marker></defs>\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
        "<text x=\"{2}\" y=\"34\" font-size=\"18\" font-weight=\"600\" "
        "fill=\"#0f172a\">{3}</text>\n"
        "<text x=\"{2}\" y=\"54\" font-size=\"12\" fill=\"#475569\">{4} in {5}</text>\n",
        width, height, kMargin, xml_text(title_), counted(picture_.nodes, "operator"),
        picture_.boxes.size() == 1 ? "1 box" : fmt::format("{} boxes", picture_.boxes.size()));
    out_ += legend;
    out_ += "<g fill=\"none\" stroke=\"#94a3b8\" stroke-width=\"1.4\">\n";
    for (const auto& route : layout_.routes) edge(route);
    out_ += "</g>\n";
    for (std::size_t i = 0; i < picture_.boxes.size(); ++i) box(i);
    return out_ + "</svg>\n";
  }

 private:
  // Edges that share a side of a box leave it beside each other, in the order of where they go.
  void spread_ends() {
    spread([](const auto& edge) { return edge.first; }, true);
    spread([](const auto& edge) { return edge.second; }, false);
  }
  template <typename BoxOf>
  void spread(BoxOf box_of, bool at_start) {
    std::vector<std::vector<std::size_t>> ends(picture_.boxes.size());
    for (std::size_t e = 0; e < picture_.edges.size(); ++e)
      ends[box_of(picture_.edges[e])].push_back(e);
    for (std::size_t i = 0; i < ends.size(); ++i) {
      auto& edges = ends[i];
      const auto next_x = [&](std::size_t e) {
        const auto& route = layout_.routes[e];
        return at_start ? route[1].x : route[route.size() - 2].x;
      };
      std::ranges::stable_sort(edges, {}, next_x);
      const auto n = static_cast<double>(edges.size());
      const double step = std::min(12.0, sizes_[i].width * 0.7 / std::max(n, 1.0));
      for (std::size_t k = 0; k < edges.size(); ++k) {
        auto& route = layout_.routes[edges[k]];
        auto& end = at_start ? route.front() : route.back();
        end.x += (static_cast<double>(k) - (n - 1) / 2) * step;
      }
    }
  }

  void edge(const std::vector<LayoutPoint>& route) {
    const auto at = [&](const LayoutPoint& point) {
      return fmt::format("{:.1f} {:.1f}", point.x + left_, point.y + kHead + kMargin);
    };
    out_ += "<path d=\"M" + at(route.front());
    for (std::size_t i = 1; i < route.size(); ++i) {
      const auto &from = route[i - 1], &to = route[i];
      const double half = (from.y + to.y) / 2;
      if (i % 2 == 0 || from.x == to.x)
        out_ += " L" + at(to);
      else
        out_ += " C" + at({from.x, half}) + ", " + at({to.x, half}) + ", " + at(to);
    }
    out_ += "\" marker-end=\"url(#tip)\"/>\n";
  }

  void box(std::size_t i) {
    const auto& box = picture_.boxes[i];
    const auto& size = sizes_[i];
    const auto colour = family_colour(box.family);
    const bool dark = box.family == OperatorFamily::port;
    const double x = layout_.centres[i].x + left_, y = layout_.centres[i].y + kHead + kMargin;
    const double top = y - size.height / 2;
    out_ += fmt::format(
        "<g><title>{}</title><rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
        "rx=\"{}\" fill=\"{}\" stroke=\"{}\" stroke-width=\"1.2\"/>",
        xml_text(box.tip), x - size.width / 2, top, size.width, size.height,
        dark ? size.height / 2 : 6, colour.fill, colour.line);
    out_ += fmt::format(
        "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\" font-size=\"12\" "
        "font-weight=\"600\" fill=\"{}\">{}</text>",
        x, top + kTitleHigh + 1, dark ? "#ffffff" : "#0f172a", xml_text(box.title));
    for (std::size_t k = 0; k < box.lines.size(); ++k)
      out_ += fmt::format(
          "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\" font-size=\"10.5\" "
          "fill=\"{}\">{}</text>",
          x, top + kTitleHigh + kLineHigh * static_cast<double>(k + 1),
          dark ? "#cbd5e1" : "#475569", xml_text(box.lines[k]));
    out_ += "</g>\n";
  }

  // Of the families that are there, under the title.
  std::string legend_text() {
    std::set<OperatorFamily> families;
    for (const auto& box : picture_.boxes) families.insert(box.family);
    std::string out;
    double x = kMargin;
    for (const auto family : families) {
      const auto colour = family_colour(family);
      out += fmt::format(
          "<rect x=\"{:.1f}\" y=\"70\" width=\"12\" height=\"12\" rx=\"3\" fill=\"{}\" "
          "stroke=\"{}\"/><text x=\"{:.1f}\" y=\"80.5\" font-size=\"11\" fill=\"#334155\">{}"
          "</text>\n",
          x, colour.fill, colour.line, x + 17, name(family));
      x += 17 + kLineWide * static_cast<double>(name(family).size()) + 22;
    }
    legend_width_ = x - kMargin;
    return out;
  }

  Picture picture_;
  std::string title_;
  std::vector<LayoutBox> sizes_;
  Layout layout_;
  double left_ = 0, legend_width_ = 0;
  std::string out_;
};

}  // namespace

std::string graph_svg(const ModelGraph& model, const GraphPictureOptions& options) {
  return SvgWriter(model, options).write();
}

}  // namespace jetmeter
