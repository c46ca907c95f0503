#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "compare/check_samples.h"
#include "compare/frame_lines.h"
#include "jetmeter/compare.h"

namespace jetmeter {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// A megabyte at a time. What stands behind the last line end is not `ended`: it was cut off.
template <typename Take>
void for_each_line(std::FILE* file, Take take) {
  constexpr std::size_t kChunk = 1 << 20, kLongest = 64 * kChunk;  // no line of ours comes near
  std::string held;
  std::size_t used = 0;
  while (used < kLongest) {
    held.resize(used + kChunk);
    const auto got = std::fread(held.data() + used, 1, kChunk, file);
    if (got == 0) break;
    const std::string_view text(held.data(), used + got);
    std::size_t from = 0;
    for (auto end = text.find('\n', used); end != text.npos; end = text.find('\n', from)) {
      take(text.substr(from, end - from), true);
      from = end + 1;
    }
    used = text.size() - from;
    held.erase(0, from);
  }
  if (used > 0) take(std::string_view(held.data(), used), false);  // whole, if it parses
}

void read_samples(const std::filesystem::path& path, ComparedRun& run) {
  const std::unique_ptr<std::FILE, CloseFile> stream(std::fopen(path.c_str(), "rb"));
  if (!stream) return;
  FrameLines frames;
  FrameFile file;
  for_each_line(stream.get(), [&](std::string_view line, bool ended) {
    ++file.lines;
    if (frames.add(line) || !ended) return;
    if (++file.bad == 1) file.first_bad = file.lines;
  });
  run.first_start = frames.first_starts();
  run.samples = frames.take();
  check_samples(run, file);
}

}  // namespace

Result<ComparedRun> read_compared_run(const std::filesystem::path& path) {
  std::error_code error;
  const bool folder = std::filesystem::is_directory(path, error);
  const auto file = folder ? path / "report.json" : path;
  if (!std::filesystem::exists(file, error))
    return fail(fmt::format(
        "there is no run {}: {}", in_quotes(path.string()),
        folder ? "the folder has no report.json" : "name a run directory or a report.json"));
  const auto text = read_document(file);
  if (!text) return fail(fmt::format("{} cannot be read", in_quotes(file.string())));
  auto record = record_from_json(*text);
  if (!record) return fail(fmt::format("{}: {}", in_quotes(file.string()), record.error().what));
  ComparedRun run{path.string(), std::move(*record), {}};
  // A record under another name was copied here; the samples beside it are somebody else's.
  if (file.filename() == "report.json") read_samples(file.parent_path() / "frames.jsonl", run);
  return run;
}

}  // namespace jetmeter
