#include "sweep/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "sweep/pool.h"

namespace jetmeter {
namespace {

struct Metric {
  SweepMetric metric;
  std::string_view name, short_name, key, title;
  bool more_is_better;
  std::optional<double> (*get)(const SweepRow&);
};

constexpr std::array kMetrics{
    Metric{SweepMetric::latency_p50, "latency_ms.p50", "p50", "latency_p50_ms", "p50 ms", false,
           [](const SweepRow& row) { return row.latency_p50_ms; }},
    Metric{SweepMetric::latency_p99, "latency_ms.p99", "p99", "latency_p99_ms", "p99 ms", false,
           [](const SweepRow& row) { return row.latency_p99_ms; }},
    Metric{SweepMetric::throughput, "throughput_fps", "throughput", "throughput_fps", "fps", true,
           [](const SweepRow& row) { return row.throughput_fps; }},
    Metric{SweepMetric::memory_peak, "memory.peak_bytes", "memory", "memory_peak_bytes",
           "memory peak", false,
           [](const SweepRow& row) {
             return row.peak_bytes ? std::optional(static_cast<double>(*row.peak_bytes))
                                   : std::nullopt;
           }},
    Metric{SweepMetric::energy, "energy.joules_per_frame", "energy", "energy_joules_per_frame",
           "J/frame", false, [](const SweepRow& row) { return row.joules_per_frame; }}};

const Metric& facts(SweepMetric metric) {
  return *std::ranges::find(kMetrics, metric, &Metric::metric);
}

bool completed(const SweepRow& row) {
  return row.status == "completed";
}

std::optional<double> comparable(const SweepRow& row, const Metric& metric) {
  return comparable_value(row, metric.metric);
}

bool is_better(const Metric& metric, double a, double b) {
  return metric.more_is_better ? a > b : a < b;
}

std::vector<std::size_t> order(std::span<const SweepRow> rows, const SweepRenderOptions& options) {
  std::vector<std::size_t> all(rows.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (!options.rank) return all;
  const auto& metric = facts(*options.rank);
  const auto place = [&](std::size_t row) { return completed(rows[row]) ? 0 : 1; };
  std::ranges::stable_sort(all, [&](std::size_t a, std::size_t b) {
    const auto x = comparable(rows[a], metric), y = comparable(rows[b], metric);
    if (x && y) return is_better(metric, *x, *y);
    if (x || y) return x.has_value();
    return place(a) < place(b);
  });
  return all;
}

SweepCell text_cell(const std::string& text) {
  return text.empty() ? SweepCell() : SweepCell(text);
}

std::vector<bool> best_of(std::span<const SweepRow> rows, const std::vector<std::size_t>& order,
                          const Metric& metric) {
  const auto by_row = best_rows(rows, metric.metric, metric.more_is_better);
  std::vector<bool> best;
  for (const auto row : order) best.push_back(by_row[row]);
  return best;
}

SweepCell metric_cell(const SweepRow& row, const Metric& metric) {
  if (metric.metric == SweepMetric::memory_peak)
    return row.peak_bytes ? SweepCell(static_cast<std::int64_t>(*row.peak_bytes)) : SweepCell();
  const auto value = metric.get(row);
  return value && std::isfinite(*value) ? SweepCell(*value) : SweepCell();
}

// Every option that any row varies, in the order in which they turn up.
std::vector<std::string> options_of(std::span<const SweepRow> rows) {
  std::vector<std::string> options;
  for (const auto& row : rows)
    for (const auto& [option, value] : row.step.values)
      if (std::ranges::count(options, option) == 0) options.push_back(option);
  return options;
}

// Four significant figures of the lower end, as many decimals for both.
std::string range_text(const SweepRange& range, SweepMetric metric) {
  if (metric == SweepMetric::memory_peak)
    return fmt::format("{} to {}", format_bytes(static_cast<std::uint64_t>(range.low)),
                       format_bytes(static_cast<std::uint64_t>(range.high)));
  const auto places = range.low > 0 ? 3 - static_cast<int>(std::floor(std::log10(range.low))) : 3;
  const auto decimals = std::clamp(places, 0, 6);
  return fmt::format("{:.{}f} to {:.{}f}", range.low, decimals, range.high, decimals);
}

SweepCell range_cell(const SweepRow& row, SweepMetric metric) {
  const auto range = row.ranges.find(metric);
  return range == row.ranges.end() ? SweepCell() : SweepCell(range_text(range->second, metric));
}

SweepCell value_of(const SweepRow& row, const std::string& option) {
  for (const auto& [name, value] : row.step.values)
    if (name == option) return SweepCell(value);
  return {};
}

template <typename Get>
SweepColumn column(std::string key, std::string title, std::span<const SweepRow> rows,
                   const std::vector<std::size_t>& order, Get get) {
  SweepColumn out{std::move(key), std::move(title), {}, false, {}, {}};
  for (const auto row : order) out.cells.push_back(get(rows[row]));
  out.best.resize(order.size());
  return out;
}

}  // namespace

bool SweepColumn::is_same() const {
  return cells.size() > 1 &&
         std::ranges::all_of(cells, [&](const auto& cell) { return cell == cells.front(); });
}

bool SweepColumn::is_empty() const {
  return std::ranges::none_of(cells, [](const auto& cell) { return cell.has_value(); });
}

SweepTable sweep_table(std::span<const SweepRow> rows, const SweepRenderOptions& options) {
  SweepTable table{order(rows, options), {}};
  const auto add = [&](std::string key, std::string title, auto get) -> SweepColumn& {
    return table.columns.emplace_back(
        column(std::move(key), std::move(title), rows, table.rows, get));
  };
  for (const auto& option : options_of(rows)) {
    auto key = option.empty() ? std::string("model") : option;
    auto title = key;
    add(std::move(key), std::move(title), [&](const SweepRow& row) {
      return value_of(row, option);
    }).is_axis = true;
  }
  const bool has_pools = std::ranges::any_of(rows, [](const auto& row) { return row.runs != 1; });
  if (has_pools)
    add("runs", "runs", [](const SweepRow& row) { return SweepCell(std::int64_t{row.runs}); });
  else
    add("repeat", "repeat",
        [](const SweepRow& row) { return SweepCell(static_cast<std::int64_t>(row.step.repeat)); });
  for (const auto& metric : kMetrics) {
    auto& added = add(std::string(metric.key), std::string(metric.title),
                      [&](const SweepRow& row) { return metric_cell(row, metric); });
    added.metric = metric.metric;
    added.best = best_of(rows, table.rows, metric);
    if (has_pools && metric.metric == options.rank.value_or(SweepMetric::latency_p50))
      add(std::string(metric.key) + "_range", fmt::format("{} from to", metric.short_name),
          [&](const SweepRow& row) { return range_cell(row, metric.metric); });
  }
  add("status", "status", [](const SweepRow& row) { return text_cell(row.status); });
  add("reason", "reason", [](const SweepRow& row) { return text_cell(row.reason); });
  return table;
}

std::string_view name(SweepMetric metric) {
  return facts(metric).name;
}

Result<SweepMetric> parse_sweep_metric(std::string_view text) {
  std::vector<std::string> names;
  for (const auto& metric : kMetrics) {
    if (text == metric.name || text == metric.short_name) return metric.metric;
    names.emplace_back(metric.short_name);
    names.emplace_back(metric.name);
  }
  const auto near = closest(text, names);
  return fail(fmt::format("{} is not a metric to rank by; {}", in_quotes(text),
                          near ? fmt::format("did you mean {}?", *near)
                               : "write p50, p99, throughput, memory or energy"));
}

}  // namespace jetmeter
