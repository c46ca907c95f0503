#include <fmt/color.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "inspect/names_metadata.h"
#include "inspect/text_table.h"
#include "jetmeter/inspect.h"

namespace jetmeter {
namespace {

constexpr std::size_t kMetadataLine = 72;

std::string axes_text(const Value& value) {
  if (!value.ranked) return "shape not told";
  if (value.shape.empty()) return "scalar";
  std::string text;
  for (std::size_t i = 0; i < value.shape.size(); ++i) {
    if (i > 0) text += 'x';
    const auto axis = i < value.axes.size() ? value.axes[i] : std::string();
    if (value.shape[i] != kDynamic)
      text += fmt::format("{}", value.shape[i]);
    else
      text += axis.empty() ? "?" : visible_text(axis);
  }
  return text;
}

std::string type_text(const Value& value) {
  return value.type == ElementType::other ? "other" : std::string(name(value.type));
}

std::string share_text(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? ""
                    : fmt::format("{:.1f} %",
                                  100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

class InspectionPage {
 public:
  explicit InspectionPage(const InspectionStyle& style) : style_(style) {}

  void title(std::string_view text) {
    if (!out_.empty()) out_ += '\n';
    out_ += style_.color ? fmt::format(fmt::emphasis::bold, "{}", text) : std::string(text);
    out_ += '\n';
  }
  void table(const TextTable& table) { out_ += table.render(style_.columns); }
  // Indented, in lines of the page's width.
  void sentence(std::string_view text) {
    std::size_t at = 0;
    while (!text.empty()) {
      const auto word = text.substr(0, text.find(' '));
      text.remove_prefix(std::min(word.size() + 1, text.size()));
      const bool first = at == 0;
      const bool fits = !first && at + 1 + characters(word) <= style_.columns;
      out_ += fits ? " " : first ? "  " : "\n    ";
      at = characters(word) + (fits ? at + 1 : first ? 2 : 4);
      out_ += word;
    }
    out_ += '\n';
  }
  std::string take() { return std::move(out_); }
  const InspectionStyle& style() const { return style_; }

 private:
  InspectionStyle style_;
  std::string out_;
};

// Two columns without titles; what is empty is left out.
class FactList {
 public:
  void add(std::string what, std::string value) {
    if (!value.empty()) table_.row({std::move(what), std::move(value)});
  }
  const TextTable& table() const { return table_; }

 private:
  TextTable table_{{{"", false, 24}, {"", false, 200}}};
};

std::string opsets_text(const ModelGraph& model) {
  std::vector<std::string> parts;
  for (const auto& [domain, version] : model.opsets)
    parts.push_back(domain.empty() ? fmt::format("{}", version)
                                   : fmt::format("{} of {}", version, visible_text(domain)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

void add_head(const Inspection& inspection, const Inspection::Onnx& onnx, InspectionPage& page) {
  const auto& model = onnx.model;
  const auto& facts = onnx.facts;
  FactList list;
  list.add("file", fmt::format("{}, ONNX", format_bytes(inspection.file_bytes)));
  for (const auto& file : model.external_files)
    list.add("beside it", visible_text(file.filename().string()));
  list.add("graph", visible_text(model.graph.name));
  list.add("opset", opsets_text(model));
  list.add("IR version", fmt::format("{}", model.ir_version));
  list.add("producer", visible_text(model.producer + (model.producer_version.empty() ? "" : " ") +
                                    model.producer_version));
  list.add("domain", visible_text(model.domain));
  list.add("model version", model.model_version == 0 ? "" : fmt::format("{}", model.model_version));
  list.add("description", short_metadata(model.description, kMetadataLine));
  list.add("nodes", grouped(facts.nodes));
  auto weights =
      fmt::format("{} in {}, {}", counted(facts.weight_elements, "element"),
                  counted(facts.weight_tensors, "tensor"), format_bytes(facts.weight_bytes));
  if (facts.external_bytes > 0)
    weights += fmt::format(", {} of them in other files", format_bytes(facts.external_bytes));
  list.add("weights", weights);
  list.add("weights as inputs", model.weights_are_inputs ? "yes: they may be overridden" : "");
  page.table(list.table());
}

void add_ports(const Inspection::Onnx& onnx, InspectionPage& page) {
  page.title("inputs and outputs");
  TextTable table({{"", false}, {"name", false, 40}, {"type", false}, {"shape", false, 60}});
  for (const auto& value : onnx.model.graph.inputs)
    table.row({"in", visible_text(value.name), type_text(value), axes_text(value)});
  for (const auto& value : onnx.model.graph.outputs)
    table.row({"out", visible_text(value.name), type_text(value), axes_text(value)});
  page.table(table);
}

void add_metadata(const Inspection::Onnx& onnx, InspectionPage& page) {
  if (onnx.model.metadata.empty()) return;
  page.title("metadata");
  FactList list;
  for (const auto& [key, value] : onnx.model.metadata)
    list.add(visible_text(key), short_metadata(value, kMetadataLine));
  page.table(list.table());
}

void add_operators(const Inspection::Onnx& onnx, InspectionPage& page) {
  page.title("operators");
  std::vector<std::pair<std::string, std::uint64_t>> sorted(onnx.facts.operators.begin(),
                                                            onnx.facts.operators.end());
  std::ranges::stable_sort(sorted, std::ranges::greater(), &decltype(sorted)::value_type::second);
  // In three columns, read downwards.
  constexpr std::size_t kAbreast = 3;
  const auto lines = (sorted.size() + kAbreast - 1) / kAbreast;
  TextTable table({{"", true}, {""}, {"", true}, {""}, {"", true}, {""}});
  for (std::size_t line = 0; line < lines; ++line) {
    std::vector<std::string> cells;
    for (std::size_t c = 0; c < kAbreast; ++c) {
      const auto at = c * lines + line;
      cells.push_back(at < sorted.size() ? grouped(sorted[at].second) : "");
      cells.push_back(at < sorted.size() ? visible_text(sorted[at].first) : "");
    }
    table.row(std::move(cells));
  }
  page.table(table);
}

void add_weights(const Inspection::Onnx& onnx, InspectionPage& page) {
  const auto& facts = onnx.facts;
  if (facts.types.empty()) return;
  page.title("weights by type");
  TextTable types({{"type"},
                   {"tensors", true},
                   {"elements", true},
                   {"bytes", true},
                   {"share", true},
                   {"in other files", true}});
  for (const auto& each : facts.types)
    types.row({each.type, grouped(each.tensors), grouped(each.elements), format_bytes(each.bytes),
               share_text(each.bytes, facts.weight_bytes),
               each.external_bytes > 0 ? format_bytes(each.external_bytes) : ""});
  page.table(types);
  page.title("largest weights");
  TextTable largest({{"bytes", true},
                     {"type"},
                     {"shape", false, 30},
                     {"name", false, 40},
                     {"read by", false, 50}});
  for (const auto& each : facts.largest)
    largest.row({format_bytes(each.bytes), each.type,
                 each.shape.empty() ? "scalar" : format_shape(each.shape), visible_text(each.name),
                 each.reader});
  page.table(largest);
}

std::string shapes_text(const InspectedLayer& layer) {
  std::string text;
  for (const auto& shape : layer.output_shapes) {
    if (!shape) continue;
    if (!text.empty()) text += ' ';
    text += shape->empty() ? "scalar" : format_shape(*shape);
  }
  return text;
}

void add_layers(const Inspection::Onnx& onnx, InspectionPage& page) {
  page.title("layers");
  TextTable table({{"#", true},
                   {"operator", false, 28},
                   {"name", false, 36},
                   {"inputs", false, 36},
                   {"output", false, 28},
                   {"shape", false, 24},
                   {"parameters", true},
                   {"attributes", false, 60}});
  for (const auto& layer : onnx.facts.layers)
    table.row({fmt::format("{}", layer.node), visible_text(layer.op), visible_text(layer.name),
               visible_text(fmt::format("{}", fmt::join(layer.inputs, " "))),
               visible_text(fmt::format("{}", fmt::join(layer.outputs, " "))), shapes_text(layer),
               layer.parameters > 0 ? grouped(layer.parameters) : "", layer.attributes});
  // A table of layers is made to be searched; cut cells would hide what is searched for.
  page.table(table);
}

void add_notes(const std::vector<std::string>& cannot, const std::vector<std::string>& notes,
               InspectionPage& page) {
  if (cannot.empty() && notes.empty()) return;
  page.title("notes");
  for (const auto& each : cannot)
    page.sentence(visible_text(each) + ": looked past; such a model cannot be converted");
  for (const auto& each : notes) page.sentence(visible_text(each));
}

void add_what(const Inspection& inspection, const Inspection::Onnx& onnx, InspectionPage& page) {
  add_head(inspection, onnx, page);
  add_ports(onnx, page);
  add_metadata(onnx, page);
  add_operators(onnx, page);
  add_weights(onnx, page);
  if (page.style().layers) add_layers(onnx, page);
  add_notes(onnx.facts.cannot, inspection.notes, page);
}

void add_what(const Inspection& inspection, const TorchScriptFile& file, InspectionPage& page) {
  FactList list;
  list.add("file", fmt::format("{}, {}", format_bytes(inspection.file_bytes),
                               file.has_code ? "TorchScript"
                                             : "a PyTorch checkpoint without code: only Python "
                                               "can load it"));
  list.add("archive", visible_text(file.archive));
  list.add("format version", visible_text(file.version.value_or("")));
  list.add("byte order", visible_text(file.byte_order.value_or("")));
  list.add("root module", visible_text(file.root_class));
  list.add("tensors",
           fmt::format("{}, {}", counted(file.tensors, "file"), format_bytes(file.tensor_bytes)));
  if (file.constants > 0)
    list.add("constants", fmt::format("{}, {}", counted(file.constants, "file"),
                                      format_bytes(file.constant_bytes)));
  list.add("code",
           fmt::format("{}, {}", counted(file.code_files, "file"), format_bytes(file.code_bytes)));
  page.table(list.table());
  if (!file.storages.empty()) {
    page.title("storages");
    TextTable table({{"type"}, {"elements", true}});
    for (const auto& [type, elements] : file.storages)
      table.row({visible_text(type), grouped(elements)});
    page.table(table);
  }
  if (!file.classes.empty()) {
    page.title("modules' classes");
    TextTable table({{"", false, 120}});
    for (const auto& each : file.classes) table.row({visible_text(each)});
    page.table(table);
  }
  add_notes({}, inspection.notes, page);
}

void add_what(const Inspection& inspection, const PlanHeader& plan, InspectionPage& page) {
  FactList list;
  list.add("file", format_bytes(inspection.file_bytes) + ", TensorRT plan");
  list.add("built by", "TensorRT " + format_version(plan.version));
  if (plan.stated_bytes < plan.file_bytes)
    list.add("behind the plan", counted(plan.file_bytes - plan.stated_bytes, "byte"));
  if (plan.device) {
    const auto& device = *plan.device;
    list.add("built for", fmt::format("compute capability {}.{}, {} SMs", device.compute_major,
                                      device.compute_minor, device.sm_count));
    list.add("its memory", fmt::format("{}, {}-bit bus", format_bytes(device.memory_bytes),
                                       device.memory_bus_bits));
    list.add("its L2 cache", format_bytes(device.l2_bytes));
    list.add("its clocks", fmt::format("{:.0f} MHz GPU, {:.0f} MHz memory",
                                       static_cast<double>(device.core_khz) / 1e3,
                                       static_cast<double>(device.memory_khz) / 1e3));
  } else {
    list.add("built for", "not told in the form that jetmeter knows (of TensorRT 10.5)");
  }
  page.table(list.table());
  add_notes({}, inspection.notes, page);
}

}  // namespace

std::string inspection_text(const Inspection& inspection, const InspectionStyle& style) {
  InspectionPage page(style);
  page.title(visible_text(inspection.path.filename().string()));
  std::visit([&](const auto& what) { add_what(inspection, what, page); }, inspection.what);
  return page.take();
}

}  // namespace jetmeter
