#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/columns.h"
#include "report/sections.h"
#include "report/sentences.h"

namespace jetmeter {
namespace {

constexpr std::size_t kBriefClasses = 8;
constexpr std::size_t kShortHash = 12;
constexpr Notation kMilliseconds{"", 2};  // the title has the unit
constexpr Notation kShare{"", 3};

using Row = std::vector<std::string>;

Table one_column_per_slot(const Record& record, std::string first, Align align) {
  Table table{{{std::move(first), Align::left}}, {}};
  for (const auto& slot : record.slots) table.headings.push_back({slot.name, align});
  return table;
}

std::string label_of(const SlotRecord& slot, int class_id) {
  const auto index = static_cast<std::size_t>(class_id);
  return class_id >= 0 && index < slot.labels.size() ? slot.labels[index]
                                                     : fmt::format("class_{}", class_id);
}

std::string milliseconds(const std::optional<double>& value) {
  return for_people(cell(value), kMilliseconds);
}

// "images float32 1x3x640x640, …"
std::string tensors(const std::vector<TensorSpec>& specs) {
  std::string out;
  for (const auto& spec : specs)
    out += fmt::format("{}{} {} {}", out.empty() ? "" : ", ", spec.name, name(spec.type),
                       format_shape(spec.shape));
  return out;
}

// Told elsewhere on a terminal: the names are the table's headings, the headline has the reason,
// stages, memory and energy have tables of their own.
bool told_elsewhere(std::string_view key, Detail detail) {
  if (key == "slot") return true;
  const bool stage = key == "acquire_p50_ms" || key == "preprocess_p50_ms" ||
                     key == "infer_p50_ms" || key == "postprocess_p50_ms";
  const bool memory = key.starts_with("memory_") || key.starts_with("energy_");
  return detail == Detail::brief && (key == "reason" || stage || memory);
}

// Classes that any slot found, the most frequent first.
std::vector<std::string> classes_found(const Record& record) {
  std::map<std::string, std::int64_t> totals;
  for (const auto& slot : record.slots)
    if (slot.detections)
      for (const auto& [label, count] : slot.detections->by_class) totals[label] += count;
  std::vector<std::string> labels;
  for (const auto& [label, count] : totals) labels.push_back(label);
  std::ranges::stable_sort(labels, std::ranges::greater{},
                           [&](const auto& label) { return totals[label]; });
  return labels;
}

// A class that a slot did not find is a count of 0; a slot that counted nothing has none.
std::string count_of(const SlotRecord& slot, const std::string& label) {
  if (!slot.detections) return "-";
  const auto found = slot.detections->by_class.find(label);
  return std::to_string(found == slot.detections->by_class.end() ? 0 : found->second);
}

}  // namespace

Section slots_section(const Record& record, Detail detail) {
  Section section{"Results", one_column_per_slot(record, "", Align::left), {}};
  for (const auto& column : slot_columns()) {
    if (told_elsewhere(column.key, detail)) continue;
    Row row{std::string(column.title)};
    bool known = false;
    for (const auto& slot : record.slots) {
      const auto value = column.get(slot);
      known = known || value.has_value();
      row.push_back(for_people(value, column.notation));
    }
    if (known || detail == Detail::full) section.table.rows.push_back(std::move(row));
  }
  return section;
}

Section models_section(const Record& record) {
  Section section{"Models",
                  {{{"slot", Align::left},
                    {"file", Align::left},
                    {"size"},
                    {"SHA-256", Align::left},
                    {"inputs", Align::left},
                    {"outputs", Align::left},
                    {"weights shared with", Align::left}},
                   {}}};
  for (const auto& slot : record.slots) {
    if (!slot.model) continue;
    const auto& model = *slot.model;
    section.table.rows.push_back({slot.name, model.path, format_bytes(model.bytes),
                                  model.sha256.substr(0, kShortHash), tensors(model.inputs),
                                  tensors(model.outputs), model.shared_with});
  }
  return section;
}

Section stages_section(const Record& record) {
  Section section{"Stages of a frame, ms",
                  {{{"slot", Align::left},
                    {"stage", Align::left},
                    {"mean"},
                    {"stdev"},
                    {"min"},
                    {"p50"},
                    {"p95"},
                    {"p99"},
                    {"max"}},
                   {}},
                  {}};
  for (const auto& slot : record.slots)
    for (const auto& [stage, ms] : slot.stages_ms)
      if (ms.n > 0)
        section.table.rows.push_back({slot.name, stage, milliseconds(ms.mean),
                                      milliseconds(ms.stdev), milliseconds(ms.min),
                                      milliseconds(ms.p50), milliseconds(ms.p95),
                                      milliseconds(ms.p99), milliseconds(ms.max)});
  const bool frames = std::ranges::any_of(record.slots, [](const auto& s) { return !s.load; });
  if (!section.table.rows.empty() && frames)
    section.sentences.push_back(
        {"Latency is preprocess + infer + postprocess; acquire is not in it."});
  return section;
}

Section phases_section(const Record& record) {
  Section section{
      "Phases",
      {{{"slot", Align::left}, {"phase", Align::left}, {"time, s"}, {"memory peak"}}, {}},
      {}};
  for (const auto& slot : record.slots)
    for (const auto& phase : slot.phases)
      section.table.rows.push_back({slot.name, phase.name, fmt::format("{:.3f}", phase.seconds),
                                    for_people(cell(phase.peak_bytes), {"bytes", 0})});
  return section;
}

Section detections_section(const Record& record, Detail detail) {
  Section section{"Detections by class", one_column_per_slot(record, "class", Align::right), {}};
  const auto labels = classes_found(record);
  for (const auto& label : labels) {
    if (detail == Detail::brief && section.table.rows.size() == kBriefClasses) {
      section.sentences.push_back({fmt::format("and {} more", labels.size() - kBriefClasses)});
      break;
    }
    Row row{label};
    for (const auto& slot : record.slots) row.push_back(count_of(slot, label));
    section.table.rows.push_back(std::move(row));
  }
  return section;
}

Section accuracy_section(const Record& record) {
  Section section{
      "Accuracy by class",
      {{{"slot", Align::left}, {"class", Align::left}, {"objects"}, {"AP50"}, {"AP50-95"}}, {}},
      {}};
  for (const auto& slot : record.slots) {
    if (!slot.accuracy) continue;
    auto classes = slot.accuracy->classes;
    std::ranges::stable_sort(classes, std::ranges::greater{}, &ClassAccuracy::ap50_95);
    for (const auto& of_class : classes)
      section.table.rows.push_back(
          {slot.name, label_of(slot, of_class.class_id), std::to_string(of_class.truths),
           for_people(of_class.ap50, kShare), for_people(of_class.ap50_95, kShare)});
    section.sentences.push_back(
        {fmt::format("{}: {} objects in {} images with ground truth.", slot.name,
                     slot.accuracy->truths, slot.accuracy->images)});
  }
  return section;
}

Section pairs_section(const Record& record) {
  Section section{"Pairs"};
  if (!record.pairs) return section;
  for (auto& text : pairs_in_words(*record.pairs)) section.sentences.push_back({std::move(text)});
  return section;
}

}  // namespace jetmeter
