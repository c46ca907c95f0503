#include <fmt/format.h>

#include <array>
#include <cstring>
#include <fstream>

#include "jetmeter/inspect.h"

namespace jetmeter {
namespace {

struct FileStart {
  std::vector<std::byte> bytes;  // the first ones, at most 4096
  std::uint64_t file_bytes = 0;
};

Result<FileStart> read_start(const std::filesystem::path& path) {
  std::error_code unknown;
  const auto status = std::filesystem::status(path, unknown);
  if (!std::filesystem::exists(status)) return fail("no such file");
  if (std::filesystem::is_directory(status)) return fail("a directory, where a file was expected");
  if (!std::filesystem::is_regular_file(status)) return fail("not a regular file");
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("may not be read");
  FileStart start;
  start.file_bytes = std::filesystem::file_size(path, unknown);
  if (start.file_bytes == 0) return fail("empty (0 bytes)");
  std::array<char, 4096> part{};
  file.read(part.data(), part.size());
  const auto bytes = std::as_bytes(std::span(part)).first(static_cast<std::size_t>(file.gcount()));
  start.bytes.assign(bytes.begin(), bytes.end());
  return start;
}

bool starts_with(const FileStart& start, std::string_view word) {
  return start.bytes.size() >= word.size() &&
         std::memcmp(start.bytes.data(), word.data(), word.size()) == 0;
}

// A file of words is nobody's model; "not an ONNX file" would send its owner looking for damage.
bool is_text(const FileStart& start) {
  for (const auto byte : start.bytes) {
    const auto c = std::to_integer<unsigned>(byte);
    if (c < 0x20 && c != '\n' && c != '\r' && c != '\t') return false;
  }
  return true;
}

// Of what says in its first bytes what it is.
Result<Inspection> inspect_marked(const std::filesystem::path& path, const FileStart& start) {
  Inspection inspection{path, start.file_bytes, PlanHeader(), {}};
  if (starts_with(start, "ftrt")) {
    auto header = plan_header(start.bytes, start.file_bytes);
    if (!header) return tl::make_unexpected(header.error());
    inspection.what = *header;
  } else {
    auto file = read_torchscript(path);
    if (!file) return tl::make_unexpected(file.error());
    inspection.what = *std::move(file);
  }
  return inspection;
}

std::uint64_t external_bytes_of(const ModelGraph& model) {
  std::uint64_t bytes = 0;
  for (const auto& file : model.external_files) {
    std::error_code unknown;
    const auto size = std::filesystem::file_size(file, unknown);
    bytes += unknown ? 0 : size;
  }
  return bytes;
}

}  // namespace

Result<Inspection> inspect_file(const std::filesystem::path& path) {
  const auto named = [&](const Error& error) {
    return fail(fmt::format("{}: {}", in_quotes(path.string()), error.what));
  };
  const auto start = read_start(path);
  if (!start) return named(start.error());
  if (is_text(*start))
    return named(
        {"text, and no model: not an ONNX file, a TorchScript archive or a TensorRT plan"});
  if (starts_with(*start, "ftrt") || starts_with(*start, "PK\x03\x04")) {
    auto inspection = inspect_marked(path, *start);
    if (!inspection) return named(inspection.error());
    return inspection;
  }
  auto model = read_onnx(path);
  if (!model) return tl::make_unexpected(model.error());
  auto facts = inspect_onnx(*model);
  Inspection inspection{
      path, start->file_bytes, Inspection::Onnx{*std::move(model), std::move(facts)}, {}};
  const auto& onnx = std::get<Inspection::Onnx>(inspection.what);
  if (const auto all = external_bytes_of(onnx.model); all > onnx.facts.external_bytes)
    inspection.notes.push_back(
        fmt::format("{} of the files beside it are not the model's weights: gaps, or another's",
                    format_bytes(all - onnx.facts.external_bytes)));
  return inspection;
}

}  // namespace jetmeter
