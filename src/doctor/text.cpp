#include <fmt/color.h>
#include <fmt/format.h>

#include <algorithm>

#include "doctor/checks.h"

namespace jetmeter {
namespace {

// Characters, not bytes: "°" has two.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// `text` in lines of at most `columns`, every one but the first begun with `indent` blanks; the
// first is taken to begin there too.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns) {
  std::string out;
  std::size_t at = indent;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (at > indent && at + 1 + width(word) > columns) {
      out += '\n' + std::string(indent, ' ');
      at = indent;
    } else if (at > indent) {
      out += ' ';
      ++at;
    }
    out += word;
    at += width(word);
  }
  return out;
}

class Page {
 public:
  explicit Page(const Style& style) : style_(style) {}

  void title(std::string_view text) {
    if (!out_.empty()) out_ += '\n';
    out_ += painted(text, fmt::emphasis::bold) + '\n';
  }
  // Two columns; what follows on further lines stands under the second.
  void row(std::string_view left, std::size_t left_width, std::string_view right,
           fmt::text_style left_style = {}) {
    const auto padding = std::string(left_width - std::min(left_width, width(left)), ' ');
    out_ += "  " + painted(left, left_style) + padding + "  " +
            wrapped(right, left_width + kMargins, style_.columns) + '\n';
  }
  void below(std::size_t left_width, std::string_view text) {
    const auto indent = left_width + kMargins;
    out_ += std::string(indent, ' ') + wrapped(text, indent, style_.columns) + '\n';
  }
  // Whole, so that it can be copied.
  void literal(std::size_t left_width, std::string_view text) {
    out_ += std::string(left_width + kMargins, ' ') +
            painted(text, fmt::fg(fmt::terminal_color::cyan)) + '\n';
  }
  void command(std::size_t left_width, std::string_view text) {
    if (!text.empty()) literal(left_width, "$ " + std::string(text));
  }
  std::string take() { return std::move(out_); }

 private:
  static constexpr std::size_t kMargins = 4;  // two blanks before each column

  std::string painted(std::string_view text, fmt::text_style style) const {
    return style_.color && style.has_foreground() + style.has_emphasis() > 0
               ? fmt::format(style, "{}", text)
               : std::string(text);
  }

  Style style_;
  std::string out_;
};

using Rows = std::vector<std::pair<std::string, std::string>>;

void add_if(Rows& rows, std::string name, const std::optional<std::string>& value) {
  if (value && !value->empty()) rows.emplace_back(std::move(name), *value);
}

void add_board(const Machine& machine, Rows& rows) {
  if (!machine.board) return;
  const auto& board = *machine.board;
  add_if(rows, "board", board.model);
  auto module = board.module;
  if (module && board.part_number) *module += fmt::format(" ({})", *board.part_number);
  rows.emplace_back("module", module.value_or("not told apart by what the board says"));
}

std::string system_of(const Machine& machine) {
  std::vector<std::string> parts;
  if (machine.board && machine.board->jetpack)
    parts.push_back("JetPack " + *machine.board->jetpack);
  if (machine.board && machine.board->l4t) parts.push_back("L4T " + *machine.board->l4t);
  if (!machine.kernel.empty()) parts.push_back("kernel " + machine.kernel);
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string gpus_of(const Machine& machine) {
  if (machine.active_sms) return fmt::format("integrated, {} SMs on", *machine.active_sms);
  if (machine.memory_architecture == MemoryArchitecture::unified) return "integrated";
  std::vector<std::string> names;
  for (const auto& gpu : machine.gpus)
    names.push_back(gpu.memory_bytes
                        ? fmt::format("{}, {}", gpu.name, format_bytes(*gpu.memory_bytes))
                        : gpu.name);
  return names.empty() ? "none that a driver shows" : list_of(names);
}

std::string memory_of(const DoctorFacts& facts) {
  std::vector<std::string> pools;
  for (const auto& pool : facts.ledger.pools) {
    pools.push_back(fmt::format("{} {}", pool.name, format_bytes(pool.total.bytes())));
    if (pool.available)
      pools.back() += fmt::format(", {} can be had", format_bytes(pool.available->bytes()));
  }
  return pools.empty() ? "unknown" : fmt::format("{}", fmt::join(pools, "; "));
}

std::string caps_of(const ClockCaps& caps) {
  std::vector<std::string> parts;
  const auto add = [&](std::string_view unit, std::optional<std::uint64_t> hz) {
    if (hz) parts.push_back(fmt::format("{} {}", unit, megahertz(static_cast<double>(*hz))));
  };
  add("CPU", caps.cpu_hz);
  add("GPU", caps.gpu_hz);
  add("memory", caps.emc_hz);
  return parts.empty() ? "" : "at most " + list_of(parts);
}

Rows machine_rows(const DoctorFacts& facts) {
  const auto& machine = facts.machine;
  Rows rows;
  add_board(machine, rows);
  add_if(rows, "system", system_of(machine));
  rows.emplace_back("CPU", machine.cores > 0
                               ? fmt::format("{}, {} cores online", machine.cpu, machine.cores)
                               : machine.cpu);
  rows.emplace_back("GPU", gpus_of(machine));
  rows.emplace_back("memory", memory_of(facts));
  auto mode = machine.power_mode;
  if (mode && machine.power_mode_id) *mode += fmt::format(" (id {})", *machine.power_mode_id);
  add_if(rows, "power mode", mode);
  add_if(rows, "clocks", caps_of(machine.clocks.caps));
  return rows;
}

Rows backend_rows(const DoctorFacts& facts) {
  Rows rows;
  for (const auto& backend : facts.backends) {
    auto text = backend.reason.empty()
                    ? fmt::format("{} on {}", backend.version, fmt::join(backend.devices, ", "))
                    : "not usable: " + backend.reason;
    rows.emplace_back(backend.name, std::move(text));
  }
  return rows;
}

std::string in_words(const ChannelFacts& channel) {
  const auto value = *channel.latest();
  const auto name = channel.channel.name;
  const auto unit = channel.channel.unit;
  if (unit == Unit::byte)
    return fmt::format("{} {}", name,
                       format_bytes(static_cast<std::uint64_t>(std::max(value, 0.0))));
  if (unit == Unit::hertz) return fmt::format("{} {}", name, megahertz(value));
  if (unit == Unit::count || unit == Unit::none) return fmt::format("{} {:.0f}", name, value);
  if (unit == Unit::rpm) return fmt::format("{} {:.0f} rpm", name, value);
  return fmt::format("{} {:.1f} {}", name, value, symbol(unit));
}

std::string sensor_in_words(const SensorFacts& sensor) {
  constexpr std::size_t kShown = 3;
  if (!sensor.reason.empty()) return "absent: " + sensor.reason;
  std::vector<std::string> readings;
  std::size_t silent = 0;
  for (const auto& channel : sensor.channels) {
    if (!channel.latest())
      ++silent;
    else if (readings.size() < kShown)
      readings.push_back(in_words(channel));
  }
  const auto count = sensor.channels.size();
  auto text = fmt::format("{} channel{}", count, count == 1 ? "" : "s");
  if (silent > 0) text += fmt::format(", {} silent now", silent);
  if (readings.empty()) return text;
  const bool more = readings.size() + silent < count;
  return fmt::format("{}: {}{}", text, fmt::join(readings, ", "), more ? ", …" : "");
}

std::size_t widest(const Rows& rows) {
  std::size_t most = 0;
  for (const auto& row : rows) most = std::max(most, width(row.first));
  return most;
}

void add_section(Page& page, std::string_view title, const Rows& rows) {
  page.title(title);
  for (const auto& [left, right] : rows) page.row(left, widest(rows), right);
}

constexpr std::size_t kSeverityWidth = 7;  // "warning"

void add_findings(Page& page, const std::vector<Finding>& findings, Severity severity,
                  fmt::text_style style) {
  for (const auto& finding : findings) {
    if (finding.severity != severity) continue;
    page.row(name(severity), kSeverityWidth, finding.what, style);
    if (!finding.why.empty()) page.below(kSeverityWidth, finding.why);
    page.command(kSeverityWidth, finding.command);
  }
}

void add_unknowns(Page& page, const std::vector<Finding>& findings) {
  const auto is_unknown = [](const Finding& f) { return f.severity == Severity::unknown; };
  if (std::none_of(findings.begin(), findings.end(), is_unknown)) return;
  page.title("What could not be checked, and why");
  for (const auto& finding : findings) {
    if (!is_unknown(finding)) continue;
    page.row("?", 1, fmt::format("{}: {}", finding.what, finding.why));
    page.command(1, finding.command);
  }
}

void add_advice(Page& page, const std::vector<Advice>& all) {
  Rows rows;
  for (const auto& advice : all) rows.emplace_back(advice.setting, "");
  const auto left = widest(rows);
  page.title("Recommended settings");
  for (const auto& advice : all) {
    page.row(advice.setting, left, advice.value);
    page.below(left, advice.reason);
    if (!advice.option.empty()) page.literal(left, advice.option);
  }
}

}  // namespace

std::string doctor_text(const DoctorFacts& facts, const Style& style) {
  const auto findings = diagnose(facts);
  Page page(style);
  add_section(page, "Machine", machine_rows(facts));
  add_section(page,
              facts.recorded ? "Backends, of this machine and not of the recorded one" : "Backends",
              backend_rows(facts));
  Rows sensors;
  for (const auto& sensor : facts.sensors)
    sensors.emplace_back(sensor.name, sensor_in_words(sensor));
  add_section(page, "Sensors", sensors);
  page.title("What would distort a measurement now");
  add_findings(page, findings, Severity::warning, fmt::fg(fmt::terminal_color::yellow));
  add_findings(page, findings, Severity::note, fmt::fg(fmt::terminal_color::blue));
  add_findings(page, findings, Severity::ok, fmt::fg(fmt::terminal_color::green));
  add_unknowns(page, findings);
  add_advice(page, recommend(facts));
  return page.take();
}

}  // namespace jetmeter
