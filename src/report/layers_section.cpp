#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>

#include "report/cell.h"
#include "report/sections.h"

namespace jetmeter {
namespace {

constexpr std::size_t kMostLayers = 20;
constexpr std::size_t kBriefLayers = 8;

std::string ms_per_call(const LayerRecord& layer) {
  if (layer.calls == 0) return "";
  return for_people(Cell(layer.total_ms / static_cast<double>(layer.calls)), {"", 3});
}

// What the table leaves out.
std::string rest(const SlotRecord& slot, std::span<const LayerRecord> left_out) {
  double percent = 0;
  for (const auto& layer : left_out) percent += layer.percent;
  return fmt::format("{}: and {} more with {:.1f} % of the time together; report.json has them.",
                     slot.name, left_out.size(), percent);
}

}  // namespace

Section layers_section(const Record& record, Detail detail) {
  Section section{"Slowest layers",
                  {{{"slot", Align::left},
                    {"layer", Align::left},
                    {"type", Align::left},
                    {"device", Align::left},
                    {"ms per call"},
                    {"share, %"},
                    {"calls"}},
                   {}},
                  {}};
  for (const auto& slot : record.slots) {
    auto layers = slot.layers;
    std::ranges::stable_sort(layers, std::ranges::greater{}, &LayerRecord::total_ms);
    const auto shown =
        std::min(layers.size(), detail == Detail::brief ? kBriefLayers : kMostLayers);
    for (const auto& layer : std::span(layers).first(shown))
      section.table.rows.push_back({slot.name, layer.name, layer.type, layer.device,
                                    ms_per_call(layer), fmt::format("{:.1f}", layer.percent),
                                    std::to_string(layer.calls)});
    if (shown < layers.size())
      section.sentences.push_back({rest(slot, std::span(layers).subspan(shown))});
  }
  if (!section.table.rows.empty())
    section.sentences.push_back(
        {"Timing every layer costs time itself: trust the shares more than the milliseconds."});
  return section;
}

}  // namespace jetmeter
