#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "jetmeter/frames.h"

namespace jetmeter {
namespace {

const FrameSourceKind* find_kind(std::string_view name) {
  for (const FrameSourceKind* kind : frame_source_kinds()) {
    if (kind->name == name) return kind;
  }
  return nullptr;
}

std::string syntaxes() {
  std::string list;
  for (const FrameSourceKind* kind : frame_source_kinds()) {
    if (!list.empty()) list += ", ";
    list += kind->syntax;
  }
  return list;
}

std::string suggestion(std::string_view word) {
  std::vector<std::string> names;
  for (const FrameSourceKind* kind : frame_source_kinds()) names.emplace_back(kind->name);
  const auto guess = closest(word, names);
  return guess ? fmt::format("did you mean {}? ", *guess) : "";
}

bool exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

// Something like a path, rather than a misspelt word.
bool looks_like_a_path(const std::string& text) {
  return text.find_first_of("/.") != std::string::npos;
}

}  // namespace

Result<SourceSpec> parse_source(const std::string& text) {
  if (text.empty()) return fail(fmt::format("a source is needed: {}", syntaxes()));
  const auto equals = text.find('=');
  const std::string word = text.substr(0, equals);
  if (const FrameSourceKind* kind = find_kind(word)) {
    return SourceSpec{kind, equals == std::string::npos ? "" : text.substr(equals + 1)};
  }
  // The scene may be left out: synthetic:640x480.
  if (const auto mark = text.find_first_of(":@#"); text.substr(0, mark) == "synthetic") {
    return SourceSpec{find_kind("synthetic"), text.substr(mark)};
  }
  if (exists(text)) {
    for (const FrameSourceKind* kind : frame_source_kinds()) {
      if (kind->recognises(text)) return SourceSpec{kind, text};
    }
    return fail(fmt::format("{} has the name of neither an image nor a video; say what it is: {}",
                            in_quotes(text), syntaxes()));
  }
  if (equals != std::string::npos && !looks_like_a_path(word)) {
    return fail(fmt::format("there is no source kind {}; {}the sources are {}", in_quotes(word),
                            suggestion(word), syntaxes()));
  }
  // A camera's number is no path.
  if (const FrameSourceKind* camera = find_kind("camera"); camera->recognises(text)) {
    return SourceSpec{camera, text};
  }
  return fail(fmt::format("there is no file or directory {}; {}the sources are {}", in_quotes(text),
                          looks_like_a_path(text) ? "" : suggestion(text), syntaxes()));
}

Result<std::unique_ptr<FrameSource>> open_source(const std::string& text) {
  const auto spec = parse_source(text);
  if (!spec) return tl::make_unexpected(spec.error());
  return spec->kind->open(spec->location);
}

}  // namespace jetmeter
