#include <algorithm>
#include <cmath>

#include "fuzz/fuzz.h"
#include "jetmeter/tegrastats.h"
#include "telemetry/newest_line.h"
#include "telemetry/tegrastats_channels.h"
#include "telemetry/test_tegrastats_lines.h"

namespace jetmeter {

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> seeds;
  for (const auto& line : kPublishedLines) seeds.emplace_back(line.text);
  seeds.emplace_back("CPU [11%,0%,off,7%]@1734 IRAM 0/252kB(lfb 252kB)");
  seeds.emplace_back("Tue Jan 26 18:22:31 UTC 2021\nRAM 1/2MB GR3D_FREQ @0\r\n");
  return seeds;
}

namespace {

void parse_one(std::string_view text) {
  static TegrastatsLine line;  // reused, as the source does
  if (!parse_tegrastats(text, line)) return;
  fuzz_require(line.unknown.size() <= TegrastatsLine::kMostUnknownKept, "few words are kept");
  for (const auto& word : line.unknown)
    fuzz_require(word.data() >= text.data() && word.end() <= text.end(), "words are in the text");

  // In clear ASCII and finite, and found again in the line that they were learnt from.
  const TegrastatsChannels channels(line);
  std::vector<std::optional<double>> values(channels.channels().size());
  channels.fill(line, values);
  for (const auto& value : values)
    fuzz_require(!value || std::isfinite(*value), "values are finite");
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] && channels.channels()[i].unit == Unit::percent)
      fuzz_require(*values[i] >= 0 && *values[i] <= 100, "loads are shares");
  for (const auto& channel : channels.channels())
    for (const char c : channel.name) fuzz_require(c > ' ' && c <= '~', "names are printable");
}

// The text as a stream that comes in pieces of all sizes.
void parse_stream(std::string_view text) {
  NewestLine lines(256);
  for (std::size_t piece = 1; !text.empty(); piece = piece * 7 % 61 + 1) {
    const auto room = lines.room();
    const auto size = std::min({piece, text.size(), room.size()});
    text.copy(room.data(), size);
    text.remove_prefix(size);
    lines.advance(size, [](std::string_view line) {
      parse_one(line);
      return line.size() % 2 == 0;
    });
  }
}

}  // namespace
}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = jetmeter::as_text(data, size);
  jetmeter::parse_one(text);
  jetmeter::parse_stream(text);
  return 0;
}
