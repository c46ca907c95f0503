#include <fmt/format.h>

#include <algorithm>

#include "monitor/blocks.h"
#include "monitor/glyphs.h"

namespace jetmeter {
namespace {

// One line: what, how much of the whole as a bar, the amount, and a remark.
struct MemoryLine {
  std::string label;
  std::optional<double> share;  // absent: no bar
  std::string amount, remark;
  bool alarming = false;  // its share is one of something that runs out
};

// What fits of a remark ends at a comma rather than within a word.
std::string remark_in(std::string_view remark, std::size_t width) {
  if (cell_count(remark) <= width) return std::string(remark);
  const auto comma = remark.substr(0, width + 1).rfind(',');
  return clipped(comma == remark.npos ? remark : remark.substr(0, comma), width);
}

class MemoryLines {
 public:
  explicit MemoryLines(const ScreenOptions& options) : options_(options) {
    const auto spare = options.width > kLeastWidth ? options.width - kLeastWidth : 0;
    label_ = 27 + std::min<std::size_t>(spare / 8, 4);
    bar_ = options.width < kLeastWidth ? 0 : 9 + spare / 4;
  }

  std::string text(const MemoryLine& line) const {
    constexpr std::size_t kAmount = 9;
    const auto drawn = bar(line.share, bar_);
    const auto tone = line.alarming && line.share ? tone_of(*line.share) : Tone::quiet;
    const auto used = label_ + 1 + bar_ + 1 + kAmount + 2;
    const auto room = options_.width > used ? options_.width - used : 0;
    return left_in(line.label, label_) + " " + painted(drawn, tone, options_.color) + " " +
           right_in(line.amount, kAmount) + "  " +
           painted(remark_in(line.remark, room), line.alarming ? Tone::good : Tone::quiet,
                   options_.color && !line.alarming);
  }

 private:
  const ScreenOptions& options_;
  std::size_t label_ = 0, bar_ = 0;
};

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string in_use(std::string_view amount, double share) {
  return fmt::format("{} in use, {:.0f} %", amount, 100 * share);
}

// The amount is that of the whole pool, of which the lines below it are parts.
MemoryLine pool_line(std::string label, std::optional<std::uint64_t> used, std::uint64_t total) {
  MemoryLine line{std::move(label), {}, format_bytes(total), "- in use", true};
  if (!used) return line;
  line.share = share_of(*used, total);
  line.remark = in_use(format_bytes(*used), *line.share);
  return line;
}

std::optional<std::uint64_t> used_of(const Pool& pool) {
  if (!pool.available || pool.available->bytes() > pool.total.bytes()) return std::nullopt;
  return pool.total.bytes() - pool.available->bytes();
}

// What is swapped out has a line of its own, and single processes a table of theirs.
bool belongs_in_pool(const View& view) {
  return view.pool && !view.name.starts_with("GPU memory of ");
}

void add_pool(const MonitorView& view, std::size_t index, std::vector<MemoryLine>& lines) {
  const auto& pool = view.ledger.pools[index];
  lines.push_back(pool_line(pool.name, used_of(pool), pool.total.bytes()));
  const auto begin = lines.size();
  for (const auto& part : view.ledger.views) {
    if (part.pool != index || !belongs_in_pool(part)) continue;
    lines.push_back({"├ of which " + part.name, share_of(part.amount.bytes(), pool.total.bytes()),
                     format_bytes(part.amount.bytes()), part.note, false});
  }
  const bool unified = view.ledger.architecture == MemoryArchitecture::unified;
  const bool told =
      std::ranges::any_of(view.ledger.views, [](const View& v) { return v.name == kNvmapView; });
  if (index == 0 && unified && !told)
    lines.push_back({"├ of which GPU buffers", {}, "-", "NvMap is not told here", false});
  if (lines.size() > begin) lines.back().label.replace(0, std::string_view("├").size(), "└");
}

std::string swap_label(const Ledger& ledger) {
  const bool unified = ledger.architecture == MemoryArchitecture::unified;
  switch (ledger.swap) {
    case SwapPlace::beside_memory: return "Swap, beside it";
    case SwapPlace::in_memory:
      return unified ? "Swap, zram within the DRAM" : "Swap, zram within the RAM";
    case SwapPlace::both: return "Swap, partly zram within it";
    case SwapPlace::unknown: break;
  }
  return "Swap";
}

void add_swap(const MonitorView& view, std::vector<MemoryLine>& lines) {
  const auto used = view.value("memory.swap_used"), total = view.value("memory.swap_total");
  if (!used || !total || *total <= 0) return;
  lines.push_back({swap_label(view.ledger), *used / *total, amount(total, Unit::byte),
                   in_use(amount(used, Unit::byte), *used / *total), false});
}

bool is_pool(const Ledger& ledger, const std::string& name) {
  return std::ranges::any_of(ledger.pools, [&](const Pool& pool) { return pool.name == name; });
}

// The memory of discrete GPUs exists beside the RAM. A log has its channels alone; a machine's
// ledger has it as a pool already.
void add_vram(const MonitorView& view, std::vector<MemoryLine>& lines) {
  for (const auto& subject : view.subjects("memory.gpu")) {
    const auto end = subject.find("_total");
    if (end == subject.npos) continue;
    const auto gpu = subject.substr(0, end);
    const auto total = view.value("memory.gpu" + subject);
    const auto used = view.value("memory.gpu" + gpu + "_used");
    if (!total || *total <= 0 || is_pool(view.ledger, "VRAM " + gpu)) continue;
    MemoryLine line{"VRAM " + gpu, {}, amount(total, Unit::byte), "- in use", true};
    if (used) {
      line.share = *used / *total;
      line.remark = in_use(amount(used, Unit::byte), *line.share);
    }
    lines.push_back(std::move(line));
  }
}

std::string heading(const Ledger& ledger) {
  switch (ledger.architecture) {
    case MemoryArchitecture::unified:
      return "Memory: one DRAM for CPU and GPU; what is indented is a part of it";
    case MemoryArchitecture::discrete:
      return "Memory: RAM, and VRAM beside it; what is indented is a part";
    case MemoryArchitecture::host: break;
  }
  return "Memory: what is indented is a part of the line above it";
}

}  // namespace

ScreenBlock memory_block(const MonitorView& view, const ScreenOptions& options) {
  std::vector<MemoryLine> lines;
  for (std::size_t i = 0; i < view.ledger.pools.size(); ++i) add_pool(view, i, lines);
  add_vram(view, lines);
  add_swap(view, lines);
  auto block = titled_block(heading(view.ledger), 4, options.width, options);
  const MemoryLines form(options);
  for (const auto& line : lines) block.lines.push_back(form.text(line));
  if (lines.empty()) block.lines.emplace_back("- nothing here tells of memory");
  return block;
}

}  // namespace jetmeter
