// What is asked of the tables. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "history/entry.h"
#include "history/sql.h"

namespace jetmeter {

// A statement that grows with its values.
struct Query {
  std::string sql;
  std::vector<SqlValue> values;
  // Notes a value and returns its placeholder.
  std::string bind(SqlValue);
};

Query rows_query(const HistoryFilter&, const Dialect&);
// As rows_query, with the value as one more column.
Query metric_query(std::string_view metric, const HistoryFilter&, const Dialect&);
// Of a row of either; absent where it holds what was never written there.
std::optional<HistoryRow> row_of(const SqlRow&);
std::optional<double> value_of(const SqlRow&);

// Makes the run, or takes the place of the same run; answers its id.
Query run_upsert(const RunEntry&);
Query slot_insert(std::int64_t run, std::int64_t position, const HistoryRow&);
Query metrics_insert(std::int64_t slot, std::span<const HistoryMetric>);

}  // namespace jetmeter
