// The ways to write a Record down. Rendering is pure; writing files is the caller's.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "jetmeter/core.h"
#include "jetmeter/record.h"

namespace jetmeter {

struct RenderOptions {
  bool color = false;  // ANSI colours, for terminals; only `text` looks at it
};

struct Format {
  std::string_view name;       // "markdown"
  std::string_view extension;  // ".md"
  std::string_view summary;
  std::string (*render)(const Record&, const RenderOptions&);
};

std::span<const Format* const> formats();

}  // namespace jetmeter
