#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/subcommand.h"
#include "jetmeter/backend.h"
#include "jetmeter/frames.h"
#include "jetmeter/pipeline.h"
#include "jetmeter/report.h"
#include "jetmeter/telemetry.h"
#include "jetmeter/zoo.h"

namespace jetmeter {
namespace {

struct Row {
  std::string name, summary, state;  // state: version and devices, or why it is not to be had
  bool available = true;
};

struct Section {
  std::string title, key;
  std::vector<Row> rows;
};

Section backend_section() {
  Section section{"Backends, in order of preference", "backends", {}};
  for (const auto* backend : backends()) {
    const auto probe = backend->probe();
    section.rows.push_back(
        {std::string(backend->name), std::string(backend->summary),
         probe.available ? fmt::format("{} on {}", probe.version, fmt::join(probe.devices, ", "))
                         : probe.reason,
         probe.available});
  }
  for (const auto& [name, reason] : missing_backends())
    section.rows.push_back({std::string(name), "", std::string(reason), false});
  section.rows.push_back({"tensorrt", "TensorRT's engines (.engine, .plan)",
                          "jetmeter has no backend of its own for it; ONNX files run through it as "
                          "--backend onnxruntime --device tensorrt:0, where that library has it",
                          false});
  return section;
}

Section telemetry_section() {
  Section section{"Telemetry sources", "telemetry", {}};
  for (const auto* kind : source_kinds()) {
    const auto source = kind->open(Host{});
    section.rows.push_back(
        {std::string(kind->name), std::string(kind->summary),
         source ? fmt::format("{} channels", (*source)->channels().size()) : source.error().what,
         source.has_value()});
  }
  return section;
}

template <typename Entries>
Section plain_section(std::string title, std::string key, const Entries& entries) {
  Section section{std::move(title), std::move(key), {}};
  for (const auto* entry : entries)
    section.rows.push_back({std::string(entry->name), std::string(entry->summary), "", true});
  return section;
}

Section frames_section() {
  Section section{"Frame sources", "sources", {}};
  for (const auto* kind : frame_source_kinds())
    section.rows.push_back({std::string(kind->syntax), std::string(kind->summary), "", true});
  return section;
}

std::vector<Section> sections() {
  return {backend_section(),
          plain_section("Detection heads, in the order of --head auto", "heads", heads()),
          frames_section(),
          plain_section("Pipelines", "pipelines", pipeline_kinds()),
          plain_section("Report formats", "formats", formats()),
          telemetry_section(),
          plain_section("Generated models", "models", zoo_models())};
}

std::string as_text(const std::vector<Section>& all) {
  std::string text;
  for (const auto& section : all) {
    std::size_t width = 0;
    for (const auto& row : section.rows) width = std::max(width, row.name.size());
    text += fmt::format("{}{}\n", text.empty() ? "" : "\n", section.title);
    for (const auto& row : section.rows) {
      const auto mark = row.available ? ' ' : '-';
      text += fmt::format(" {} {:<{}}  {}", mark, row.name, width, row.summary);
      if (!row.state.empty())
        text += fmt::format("{}{}{}", row.summary.empty() ? "" : " (",
                            row.available ? row.state : "absent: " + row.state,
                            row.summary.empty() ? "" : ")");
      text += '\n';
    }
  }
  return text;
}

std::string as_json(const std::vector<Section>& all) {
  nlohmann::ordered_json document;
  for (const auto& section : all) {
    auto& rows = document[section.key] = nlohmann::ordered_json::array();
    for (const auto& row : section.rows) {
      nlohmann::ordered_json item{
          {"name", row.name}, {"summary", row.summary}, {"available", row.available}};
      item[row.available ? "state" : "reason"] =
          row.state.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(row.state);
      rows.push_back(std::move(item));
    }
  }
  return document.dump(2) + "\n";
}

Action define(CLI::App& app, const Invocation& invocation) {
  const auto format = std::make_shared<std::string>("text");
  app.add_option("--format", *format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  return [format, terminal = invocation.terminal]() -> Result<ExitCode> {
    terminal->print(*format == "json" ? as_json(sections()) : as_text(sections()));
    return ExitCode::done;
  };
}

}  // namespace

extern const Subcommand list_subcommand{
    "list", "backends, heads, sources, formats; what is missing and why", define};

}  // namespace jetmeter
