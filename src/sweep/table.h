// A sweep's results as a table that every format walks: which columns there are, in which order the
// rows stand, and which values are the best.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "jetmeter/sweep.h"

namespace jetmeter {

using SweepCell = std::optional<std::variant<std::int64_t, double, std::string>>;

struct SweepColumn {
  std::string key;                    // in files: "latency_p50_ms"; of an axis its option
  std::string title;                  // for people: "p50 ms"
  std::optional<SweepMetric> metric;  // absent: no number that is measured
  bool is_axis = false;
  std::vector<SweepCell> cells;  // one per row
  std::vector<bool> best;        // one per row

  bool is_same() const;   // in all rows, of more than one
  bool is_empty() const;  // in all rows
};

struct SweepTable {
  std::vector<std::size_t> rows;  // of the input, in the order to show
  std::vector<SweepColumn> columns;
};

SweepTable sweep_table(std::span<const SweepRow>, const SweepRenderOptions&);

}  // namespace jetmeter
