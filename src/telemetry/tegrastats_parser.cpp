#include <algorithm>
#include <limits>

#include "jetmeter/tegrastats.h"
#include "telemetry/tegrastats_scan.h"

namespace jetmeter {
namespace {

using Line = TegrastatsLine;
using Scan = TegrastatsScan;

constexpr double kHertzPerMegahertz = 1e6;
constexpr double kMilli = 1e-3;
// What JetPack 5 writes for a sensor whose unit has no power.
constexpr double kSwitchedOffCelsius = -256;
// What is beyond these is damage, not a reading: no silicon works there.
constexpr double kColdestCelsius = -200, kHottestCelsius = 200;
constexpr double kHighestHertz = 1e11;

// "kB", "MB", "GB"; bytes.
std::optional<std::uint64_t> unit_of_bytes(Scan& scan) {
  if (scan.eat("kB")) return std::uint64_t{1} << 10;
  if (scan.eat("MB")) return std::uint64_t{1} << 20;
  if (scan.eat("GB")) return std::uint64_t{1} << 30;
  return std::nullopt;
}

std::optional<std::uint64_t> times(std::uint64_t a, std::uint64_t b) {
  if (b != 0 && a > std::numeric_limits<std::uint64_t>::max() / b) return std::nullopt;
  return a * b;
}

std::optional<std::uint64_t> byte_count(Scan& scan) {
  const auto number = scan.whole();
  const auto unit = number ? unit_of_bytes(scan) : std::nullopt;
  return unit ? times(*number, *unit) : std::nullopt;
}

// "(lfb 157x4MB)", "(lfb 252kB)", "(cached 8MB)".
bool memory_bracket(Scan& scan, Line::Memory& memory) {
  if (scan.eat("(cached ")) {
    memory.cached_bytes = byte_count(scan);
    return memory.cached_bytes && scan.eat(')');
  }
  if (!scan.eat("(lfb ")) return false;
  auto counted = scan;
  if (const auto blocks = counted.whole(); blocks && counted.eat('x')) {
    memory.largest_free_blocks = blocks;
    scan = counted;
  }
  memory.largest_free_block_bytes = byte_count(scan);
  return memory.largest_free_block_bytes && scan.eat(')');
}

// "38%"; a share of more than the whole is none.
std::optional<double> share(Scan& scan) {
  const auto percent = scan.decimal();
  return percent && *percent <= 100 && scan.eat('%') ? percent : std::nullopt;
}

// "1497", in MHz.
std::optional<double> hertz(Scan& scan) {
  const auto megahertz = scan.decimal();
  const auto clock = megahertz.value_or(0) * kHertzPerMegahertz;
  return megahertz && clock <= kHighestHertz ? std::optional(clock) : std::nullopt;
}

// "6712/7620MB (lfb 12x4MB)"; the bracket may be missing, or its blank.
bool memory(Scan& scan, std::optional<Line::Memory>& out) {
  const auto used = scan.whole();
  if (!used || !scan.eat('/')) return false;
  const auto total = scan.whole();
  const auto unit = total ? unit_of_bytes(scan) : std::nullopt;
  if (!unit) return false;
  const auto used_bytes = times(*used, *unit), total_bytes = times(*total, *unit);
  if (!used_bytes || !total_bytes || *used_bytes > *total_bytes) return false;
  Line::Memory memory{*used_bytes, *total_bytes};

  auto bracket = scan;
  bracket.skip_blanks();
  if (bracket.rest().starts_with('(')) {
    if (!memory_bracket(bracket, memory)) return false;
    scan = bracket;
  }
  out = memory;
  return true;
}

void keep_unknown(std::string_view word, Line& out) {
  ++out.unknown_count;
  if (out.unknown.size() < Line::kMostUnknownKept) out.unknown.push_back(word);
}

// "38%@1497", "38%", "off".
bool core(Scan& scan, Line::Core& out) {
  if (scan.eat("off")) {
    out.off = true;
    return true;
  }
  out.load_percent = share(scan);
  if (!out.load_percent) return false;
  if (!scan.eat('@')) return true;
  const auto clock = hertz(scan);
  if (clock && *clock > 0) out.clock_hertz = clock;
  return clock.has_value();
}

// "[38%@1497,off]", "[38%,2%]@1497". A core that cannot be read keeps its place in the list.
bool cores(Scan& scan, Line& out) {
  if (!scan.eat('[') || scan.rest().find(']') == std::string_view::npos) return false;
  out.cores.clear();
  while (!scan.eat(']')) {
    scan.skip_blanks();
    const auto text = scan.until(',', ']');
    Scan entry(text);
    Line::Core one;
    if (!core(entry, one) || !entry.at_boundary()) {
      one = {};
      keep_unknown(text, out);
    }
    out.cores.push_back(one);
    scan.eat(',');
  }
  if (!scan.eat('@')) return true;
  const auto clock = hertz(scan);
  if (!clock) return false;
  for (auto& one : out.cores)
    if (one.load_percent && *clock > 0) one.clock_hertz = clock;
  return true;
}

bool clock(Scan& scan, Line::Engine& out) {
  const auto told = hertz(scan);
  if (!told || out.clock_count == out.clock_of.size()) return false;
  out.clock_of[out.clock_count++] = *told;
  return true;
}

bool clocks(Scan& scan, Line::Engine& out) {
  if (!scan.eat('[')) return clock(scan, out);
  do {
    if (!clock(scan, out)) return false;
  } while (scan.eat(','));
  return scan.eat(']');
}

// "off", "729", "0%", "36%@115", "@1600", "39%@[305,0]", "@[0,0,0]".
bool engine_state(Scan& scan, Line::Engine& out) {
  if (scan.eat("off")) {
    out.off = true;
    return true;
  }
  if (scan.eat('@')) return clocks(scan, out);
  auto loaded = scan;
  out.load_percent = share(loaded);
  if (!out.load_percent) return clock(scan, out);
  scan = loaded;
  return !scan.eat('@') || clocks(scan, out);
}

constexpr std::string_view kFrequency = "_FREQ";

bool names_frequency(std::string_view name) {
  return name.size() > kFrequency.size() && name.ends_with(kFrequency);
}

// What ends in "_FREQ" is an engine by its own account.
bool names_engine(std::string_view name) {
  constexpr std::string_view kEngines[] = {"APE",   "DLA",   "MSENC", "NVDEC", "NVDLA",
                                           "NVENC", "NVJPG", "OFA",   "PVA",   "VIC"};
  if (names_frequency(name)) return true;
  while (!name.empty() && ascii::is_digit(name.back())) name.remove_suffix(1);
  return std::any_of(std::begin(kEngines), std::end(kEngines), [&](std::string_view engine) {
    return !name.empty() && engine.front() == name.front() && engine == name;
  });
}

bool engine(std::string_view name, Scan& scan, Line& out) {
  const bool frequency = names_frequency(name);
  if (frequency) name.remove_suffix(kFrequency.size());
  Line::Engine read{name};
  if (!engine_state(scan, read) || !scan.at_boundary()) return false;
  if (frequency && name == "EMC")
    out.emc = read;
  else if (frequency && name == "GR3D")
    out.gpu = read;
  else if (frequency && name == "GR3D2")
    out.gpu2 = read;
  else
    out.engines.push_back(read);
  return true;
}

// "fg 1% bg 9%".
bool translation(Scan& scan, Line& out) {
  if (!scan.eat("fg ")) return false;
  const auto foreground = share(scan);
  if (!foreground || !scan.eat(" bg ")) return false;
  const auto background = share(scan);
  if (!background) return false;
  out.translation = {*foreground, *background};
  return true;
}

// "52.968C"; `out` stays absent for a sensor that is switched off.
bool degrees(Scan& scan, std::optional<double>& out) {
  const auto celsius = scan.signed_decimal();
  if (!celsius || !scan.eat('C')) return false;
  if (*celsius == kSwitchedOffCelsius) return true;
  if (*celsius < kColdestCelsius || *celsius > kHottestCelsius) return false;
  out = celsius;
  return true;
}

// "52.562C", "-256C", "52.968C/53.5C" after "name@".
bool temperature(std::string_view name, Scan& scan, Line& out) {
  Line::Temperature read{name};
  if (!degrees(scan, read.celsius)) return false;
  if (scan.eat('/') && !degrees(scan, read.max_celsius)) return false;
  if (!scan.at_boundary()) return false;
  out.temperatures.push_back(read);
  return true;
}

struct Power {
  double watts = 0;
  bool has_unit = false;
};

// "5251mW"; "5251" on JetPack 4, which means the same.
std::optional<Power> power(Scan& scan) {
  const auto number = scan.decimal();
  if (!number) return std::nullopt;
  if (scan.eat("mW")) return Power{*number * kMilli, true};
  if (scan.eat('W')) return Power{*number, true};
  return Power{*number * kMilli, false};
}

enum class RailForm { none, without_unit, with_unit };

// "now/average" or "now/average/maximum". Without a unit only a name in capitals is believed:
// "Epoch 3/10" is no rail.
RailForm rail(std::string_view name, Scan& scan, Line& out) {
  const auto now = power(scan);
  if (!now || !scan.eat('/')) return RailForm::none;
  const auto average = power(scan);
  if (!average || average->has_unit != now->has_unit) return RailForm::none;
  Line::Rail read{name, now->watts, average->watts, std::nullopt};
  if (scan.eat('/')) {
    const auto maximum = power(scan);
    if (!maximum || maximum->has_unit != now->has_unit) return RailForm::none;
    read.max_watts = maximum->watts;
  }
  const auto small = [](char c) { return ascii::is_letter(c) && !ascii::is_capital(c); };
  const bool believed = now->has_unit || std::none_of(name.begin(), name.end(), small);
  if (!scan.at_boundary() || !believed) return RailForm::none;
  out.rails.push_back(read);
  return now->has_unit ? RailForm::with_unit : RailForm::without_unit;
}

// What a piece of the text turned out to be. Evidence is what no other program writes; a pair of
// numbers after a word is not. Proof makes the text a line whatever else is in it.
enum class Finding { unknown, field, evidence, proof };

Finding evidence_if(bool found) {
  return found ? Finding::evidence : Finding::unknown;
}

// There may be no swap, but never no memory.
bool memory_field(Scan& scan, std::optional<Line::Memory>& out, std::uint64_t least_total = 0) {
  std::optional<Line::Memory> read;
  if (!memory(scan, read) || !scan.at_boundary() || read->total_bytes < least_total) return false;
  out = read;
  return true;
}

bool cores_field(Scan& scan, Line& out) {
  const auto unknown = out.unknown_count;
  if (cores(scan, out) && scan.at_boundary()) return true;
  out.cores.clear();
  out.unknown_count = unknown;
  out.unknown.resize(std::min(out.unknown.size(), unknown));
  return false;
}

// Cores of which none can be read may be any list in brackets.
Finding cores_found(Scan& scan, Line& out) {
  if (!cores_field(scan, out)) return Finding::unknown;
  const bool any = std::any_of(out.cores.begin(), out.cores.end(), [](const Line::Core& core) {
    return core.off || core.load_percent;
  });
  return any ? Finding::proof : Finding::evidence;
}

Finding field_named(std::string_view name, Scan& scan, Line& out) {
  if (name == "RAM") return memory_field(scan, out.ram, 1) ? Finding::proof : Finding::unknown;
  if (name == "SWAP") return evidence_if(memory_field(scan, out.swap));
  if (name == "IRAM") return evidence_if(memory_field(scan, out.iram));
  if (name == "MTS") return evidence_if(translation(scan, out) && scan.at_boundary());
  if (name == "CPU" && scan.rest().starts_with('[')) return cores_found(scan, out);
  if (names_engine(name)) return evidence_if(engine(name, scan, out));
  switch (rail(name, scan, out)) {
    case RailForm::with_unit: return Finding::evidence;
    case RailForm::without_unit: return Finding::field;
    case RailForm::none: break;
  }
  return Finding::unknown;
}

Finding next_field(Scan& scan, Line& out) {
  const auto name = scan.name();
  if (name.empty() || !ascii::is_letter(name.front())) return Finding::unknown;
  if (scan.eat('@')) return evidence_if(temperature(name, scan, out));
  if (!scan.at_boundary() || scan.at_end()) return Finding::unknown;
  scan.skip_blanks();
  return field_named(name, scan, out);
}

// "10-08-2026 04:35:02" at the front of the text; empty when there is none.
std::string_view timestamp(std::string_view text) {
  constexpr std::string_view kForm = "00-00-0000 00:00:00";
  if (text.size() < kForm.size()) return {};
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool matches = kForm[i] == '0' ? ascii::is_digit(text[i]) : text[i] == kForm[i];
    if (!matches) return {};
  }
  return text.substr(0, kForm.size());
}

// Keeps the memory of the lists.
void clear(Line& line) {
  line.timestamp = {};
  line.ram = line.swap = line.iram = std::nullopt;
  line.emc = line.gpu = line.gpu2 = std::nullopt;
  line.translation.reset();
  line.cores.clear();
  line.engines.clear();
  line.temperatures.clear();
  line.rails.clear();
  line.unknown_count = 0;
  line.unknown.clear();
}

void keep_only_unknown(Line& line) {
  const auto count = line.unknown_count;
  auto words = std::move(line.unknown);
  clear(line);
  line.unknown_count = count;
  line.unknown = std::move(words);
}

}  // namespace

std::optional<double> TegrastatsLine::Engine::highest_clock_hertz() const {
  const auto clocks = clocks_hertz();
  const auto highest = std::max_element(clocks.begin(), clocks.end());
  return highest != clocks.end() && *highest > 0 ? std::optional(*highest) : std::nullopt;
}

bool parse_tegrastats(std::string_view line, TegrastatsLine& out) {
  clear(out);
  Scan scan(line);
  scan.skip_blanks();
  out.timestamp = timestamp(scan.rest());
  scan.eat(out.timestamp);

  std::size_t fields = 0, strange_words = 0;
  bool evidence = false, proof = false;
  for (scan.skip_blanks(); !scan.at_end(); scan.skip_blanks()) {
    auto ahead = scan;
    const auto finding = next_field(ahead, out);
    if (finding == Finding::unknown) {
      keep_unknown(scan.word(), out);
      ++strange_words;
      continue;
    }
    ++fields;
    evidence = evidence || finding == Finding::evidence;
    proof = proof || finding == Finding::proof;
    scan = ahead;
  }
  if (proof || (evidence && fields > strange_words)) return true;
  keep_only_unknown(out);
  return false;
}

}  // namespace jetmeter
