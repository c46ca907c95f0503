#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include "jetmeter/inputs.h"

namespace jetmeter {
namespace {

constexpr std::string_view kForms =
    "an input is filled by random, random:LOW:HIGH, const:VALUE, FILE.npy, FILE.npz[:MEMBER], "
    "a picture (.jpg .png .bmp …) or raw:FILE";
constexpr std::array<std::string_view, 10> kPictures{".jpg", ".jpeg", ".png", ".bmp", ".webp",
                                                     ".tif", ".tiff", ".ppm", ".pgm", ".pnm"};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::optional<double> parse_value(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

Result<Fill> parse_random(std::string_view range) {
  const auto colon = range.find(':');
  const auto low = parse_value(range.substr(0, colon));
  const auto high =
      colon == std::string_view::npos ? std::nullopt : parse_value(range.substr(colon + 1));
  if (!low || !high) return fail("a range is two numbers, as in random:-1:1");
  if (!std::isfinite(*high - *low) || !(*low < *high)) {
    return fail("a range has a low end and a higher high end, which is not part of it");
  }
  return Fill{.low = *low, .high = *high, .range_given = true};
}

Result<Fill> parse_constant(std::string_view text) {
  const auto value = parse_value(text);
  if (!value) return fail("a constant is a number, as in const:1");
  return Fill{.kind = FillKind::constant, .value = *value};
}

Result<Fill> parse_file(std::string_view text) {
  const std::string name = lower(text);
  const std::filesystem::path file(text);
  const std::string_view npz = ".npz:";
  if (const auto at = name.rfind(npz); at != std::string::npos) {
    const auto end = at + npz.size();
    if (end == text.size()) return fail("a member's name is missing after the last ':'");
    return Fill{.kind = FillKind::npz,
                .file = text.substr(0, end - 1),
                .member = std::string(text.substr(end))};
  }
  if (name.ends_with(".npy")) return Fill{.kind = FillKind::npy, .file = file};
  if (name.ends_with(".npz")) return Fill{.kind = FillKind::npz, .file = file};
  if (std::ranges::any_of(kPictures, [&](auto suffix) { return name.ends_with(suffix); })) {
    return Fill{.kind = FillKind::image, .file = file};
  }
  return fail(std::string(kForms));
}

Result<Fill> parse_fill(std::string_view text) {
  const auto after = [text](std::string_view word) { return text.substr(word.size()); };
  if (text == "random") return Fill{};
  if (text.starts_with("random:")) return parse_random(after("random:"));
  if (text.starts_with("const:")) return parse_constant(after("const:"));
  if (text.starts_with("raw:")) {
    if (after("raw:").empty()) return fail("a file's name is missing after raw:");
    return Fill{.kind = FillKind::raw, .file = after("raw:")};
  }
  return parse_file(text);
}

std::string describe_random(const Fill& fill, std::uint64_t seed) {
  if (fill.range_given) {
    return fmt::format("random in [{}, {}), seed {}", fill.low, fill.high, seed);
  }
  return fmt::format("random in [{}, {}), integers in [0, 2), seed {}", fill.low, fill.high, seed);
}

}  // namespace

Result<Fills> parse_fills(std::span<const std::string> texts) {
  Fills fills;
  for (const std::string_view text : texts) {
    const auto equals = text.find('=');
    const bool named = equals != std::string_view::npos;
    const std::string name(named ? text.substr(0, equals) : "");
    auto fill = parse_fill(named ? text.substr(equals + 1) : text);
    if (!fill) {
      return fail(
          fmt::format("{} fills no input: {}", in_quotes(text.substr(0, 200)), fill.error().what));
    }
    if (!fills.emplace(name, std::move(*fill)).second) {
      const std::string whom = name.empty() ? "all inputs" : "input " + in_quotes(name);
      return fail(fmt::format("there are two fills for {}; give one", whom));
    }
  }
  return fills;
}

std::string describe(const Fill& fill, std::uint64_t seed) {
  std::string file = fill.file.filename().string();
  switch (fill.kind) {
    case FillKind::random: return describe_random(fill, seed);
    case FillKind::constant: return fmt::format("constant {}", fill.value);
    case FillKind::npy: return file;
    case FillKind::npz:
      return fill.member.empty() ? file : fmt::format("{} of {}", fill.member, file);
    case FillKind::raw: return fmt::format("{} as raw bytes", file);
    case FillKind::image: return fmt::format("{} as picture", file);
  }
  return "";
}

}  // namespace jetmeter
