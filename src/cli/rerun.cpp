#include "cli/rerun.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

namespace jetmeter {
namespace {

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool names_a_file(std::string_view option) {
  constexpr std::array<std::string_view, 9> kFiles{
      "model",        "model0",       "model1",
      "ground-truth", "labels-file",  "thermal-ground-truth",
      "sweep-file",   "dump-outputs", "thermal-labels-file"};
  return is_one_of(kFiles, option);
}

bool names_a_source(std::string_view option) {
  constexpr std::array<std::string_view, 3> kSources{"source", "rgb-source", "thermal-source"};
  return is_one_of(kSources, option);
}

std::string placed(const std::filesystem::path& folder, std::string_view file) {
  return file.empty() ? "" : (folder / file).string();
}

std::string placed_if_there(const std::filesystem::path& folder, std::string_view file) {
  std::error_code error;
  const bool there = !file.empty() && std::filesystem::exists(folder / file, error);
  return there ? placed(folder, file) : std::string(file);
}

// "video=clip.mp4", "street/", "camera=0", "synthetic".
std::string source_of(const std::filesystem::path& folder, const std::string& text) {
  for (const std::string_view kind : {"image_dir=", "video="})
    if (text.starts_with(kind))
      return std::string(kind) + placed(folder, std::string_view(text).substr(kind.size()));
  const bool word = text == "synthetic" || text.find('=') != std::string::npos;
  return word ? text : placed_if_there(folder, text);
}

// "x=x.npy", "all.npz", "x=raw:x.bin", "x=random:-1:1".
std::string input_of(const std::filesystem::path& folder, const std::string& text) {
  constexpr std::string_view kRaw = "raw:";
  const auto equals = text.find('=');
  auto before = equals == std::string::npos ? std::string() : text.substr(0, equals + 1);
  auto file = std::string_view(text).substr(before.size());
  if (file.starts_with(kRaw)) {
    before += kRaw;
    file.remove_prefix(kRaw.size());
  }
  return before + placed_if_there(folder, file);
}

// As the earlier run saw it; as it stands in the record where its folder is not known.
std::filesystem::path place_of(const ModelRecord& model, const Record& record) {
  const auto& there = record.run.working_directory;
  return (there ? std::filesystem::path(*there) / model.path : std::filesystem::path(model.path))
      .lexically_normal();
}

}  // namespace

OptionValues as_of(OptionValues config, const std::optional<std::string>& there,
                   const std::filesystem::path& here) {
  if (!there || std::filesystem::path(*there) == here) return config;
  const std::filesystem::path folder(*there);
  for (auto& [option, value] : config) {
    if (names_a_file(option)) value = placed(folder, value);
    if (names_a_source(option)) value = source_of(folder, value);
    if (option == "input") value = input_of(folder, value);
  }
  return config;
}

void expect_models(RunSpec& spec, const Record& record) {
  for (auto& slot : spec.slots) {
    const auto known = std::ranges::find(record.slots, slot.name, &SlotRecord::name);
    if (slot.model.empty() || known == record.slots.end() || !known->model) continue;
    const auto then = place_of(*known->model, record);
    std::error_code error;
    const auto now = then.is_absolute() ? std::filesystem::absolute(slot.model, error) : slot.model;
    if (now.lexically_normal() == then) slot.expected_sha256 = known->model->sha256;
  }
}

Result<void> expect_models(RunSpec& spec, const std::filesystem::path& report) {
  const auto text = read_text(report);
  if (!text) return fail(fmt::format("there is no record {}", in_quotes(report.string())));
  const auto record = record_from_json(*text);
  if (!record) return fail(fmt::format("{}: {}", in_quotes(report.string()), record.error().what));
  expect_models(spec, *record);
  return {};
}

}  // namespace jetmeter
