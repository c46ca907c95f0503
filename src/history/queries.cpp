#include "history/queries.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace jetmeter {
namespace {

// Puts the column's value into `place`; a run without a slot has NULLs, which leave it as it is.
// False: what is there is of another kind.
template <typename T>
bool take(const SqlRow& row, std::size_t column, T& place) {
  if (cell_as<std::monostate>(row, column)) return true;
  auto value = cell_as<T>(row, column);
  if (value) place = std::move(*value);
  return value.has_value();
}

std::int64_t microseconds(WallTime time) {
  return time.time_since_epoch().count();
}

// The columns of a HistoryRow; each is read by the field beside it.
using Field = std::string HistoryRow::*;
constexpr std::array<std::pair<std::string_view, Field>, 22> kTexts{{
    {"runs.run_id", &HistoryRow::run_id},
    {"runs.host", &HistoryRow::host},
    {"runs.subcommand", &HistoryRow::subcommand},
    {"runs.verdict", &HistoryRow::verdict},
    {"runs.board", &HistoryRow::board},
    {"runs.power_mode", &HistoryRow::power_mode},
    {"runs.tool_version", &HistoryRow::tool_version},
    {"slots.name", &HistoryRow::slot},
    {"slots.status", &HistoryRow::status},
    {"slots.model", &HistoryRow::model},
    {"slots.model_sha256", &HistoryRow::model_sha256},
    {"slots.backend", &HistoryRow::backend},
    {"slots.backend_version", &HistoryRow::backend_version},
    {"slots.device", &HistoryRow::device},
    {"slots.precision", &HistoryRow::precision},
    {"slots.scenario", &HistoryRow::scenario},
    {"slots.threads", &HistoryRow::threads},
    {"slots.streams", &HistoryRow::streams},
    {"slots.rate", &HistoryRow::rate},
    {"slots.batch", &HistoryRow::batch},
    {"slots.shapes", &HistoryRow::shapes},
    {"slots.conditions", &HistoryRow::conditions},
}};

std::string columns() {
  std::string sql = "runs.id, runs.started_us, slots.frames";
  for (const auto& [column, field] : kTexts) sql += fmt::format(", {}", column);
  return sql;
}
constexpr std::size_t kNumbers = 3;

void add_filter(Query& query, const HistoryFilter& filter, const Dialect& dialect) {
  const std::pair<std::string_view, const std::string&> texts[] = {
      {"slots.model", filter.model},
      {"slots.backend", filter.backend},
      {"slots.precision", filter.precision},
      {"slots.scenario", filter.scenario},
      {"runs.board", filter.board},
      {"runs.power_mode", filter.power_mode},
      {"slots.name", filter.slot},
      {"runs.subcommand", filter.subcommand},
      {"runs.host", filter.host},
      {"runs.verdict", filter.verdict},
      {"slots.threads", filter.threads},
      {"slots.streams", filter.streams},
      {"slots.rate", filter.rate},
      {"slots.batch", filter.batch},
      {"slots.shapes", filter.shapes}};
  for (const auto& [column, text] : texts) {
    if (text.empty()) continue;
    const bool wild = text.find('*') != text.npos;
    const auto placeholder = query.bind(wild ? dialect.pattern(text) : text);
    query.sql += fmt::format(" AND {} {} {}", column, wild ? dialect.like : "=", placeholder);
  }
  if (filter.since)
    query.sql += " AND runs.started_us >= " + query.bind(microseconds(*filter.since));
  if (filter.until)
    query.sql += " AND runs.started_us <= " + query.bind(microseconds(*filter.until));
  query.sql += " ORDER BY runs.started_us DESC, runs.id DESC, slots.position";
  if (filter.limit > 0) query.sql += " LIMIT " + query.bind(filter.limit);
}

}  // namespace

std::string Query::bind(SqlValue value) {
  values.push_back(std::move(value));
  return fmt::format("${}", values.size());
}

Query rows_query(const HistoryFilter& filter, const Dialect& dialect) {
  Query query;
  query.sql = fmt::format("SELECT {} FROM runs LEFT JOIN slots ON slots.run = runs.id WHERE 1 = 1",
                          columns());
  add_filter(query, filter, dialect);
  return query;
}

Query metric_query(std::string_view metric, const HistoryFilter& filter, const Dialect& dialect) {
  Query query;
  query.sql = fmt::format(
      "SELECT {}, metrics.value FROM metrics JOIN slots ON slots.id = metrics.slot "
      "JOIN runs ON runs.id = slots.run WHERE metrics.name = ",
      columns());
  query.sql += query.bind(std::string(metric));
  add_filter(query, filter, dialect);
  return query;
}

std::optional<HistoryRow> row_of(const SqlRow& values) {
  HistoryRow row;
  std::int64_t started_us = 0;
  bool good = take(values, 0, row.id) && take(values, 1, started_us) && take(values, 2, row.frames);
  for (std::size_t i = 0; i < kTexts.size(); ++i)
    good = good && take(values, kNumbers + i, row.*kTexts[i].second);
  if (!good) return std::nullopt;
  row.started = WallTime(std::chrono::microseconds(started_us));
  return row;
}

std::optional<double> value_of(const SqlRow& values) {
  return cell_as<double>(values, kNumbers + kTexts.size());
}

Query run_upsert(const RunEntry& entry) {
  const auto& run = entry.run;
  const std::pair<std::string_view, SqlValue> columns[] = {
      {"run_id", run.run_id},
      {"started_us", microseconds(run.started)},
      {"host", run.host},
      {"finished_us", microseconds(entry.finished)},
      {"subcommand", run.subcommand},
      {"command", entry.command},
      {"verdict", run.verdict},
      {"board", run.board},
      {"power_mode", run.power_mode},
      {"tool_version", run.tool_version},
      {"tool_git", entry.tool_git},
      {"record", entry.record}};
  Query query;
  std::string names, values, updates;
  for (const auto& [column, value] : columns) {
    const std::string_view comma = names.empty() ? "" : ", ";
    names += fmt::format("{}{}", comma, column);
    values += fmt::format("{}{}", comma, query.bind(value));
    updates += fmt::format("{}{} = excluded.{}", comma, column, column);
  }
  query.sql = fmt::format(
      "INSERT INTO runs({}) VALUES ({}) ON CONFLICT(run_id, started_us, host) DO UPDATE SET {} "
      "RETURNING id",
      names, values, updates);
  return query;
}

Query slot_insert(std::int64_t run, std::int64_t position, const HistoryRow& slot) {
  Query query;
  std::string values;
  for (SqlValue value :
       {SqlValue(run), SqlValue(position), SqlValue(slot.slot), SqlValue(slot.status),
        SqlValue(slot.model), SqlValue(slot.model_sha256), SqlValue(slot.backend),
        SqlValue(slot.backend_version), SqlValue(slot.device), SqlValue(slot.precision),
        SqlValue(slot.frames), SqlValue(slot.scenario), SqlValue(slot.threads),
        SqlValue(slot.streams), SqlValue(slot.rate), SqlValue(slot.batch), SqlValue(slot.shapes),
        SqlValue(slot.conditions)}) {
    const std::string_view comma = values.empty() ? "" : ", ";
    values += fmt::format("{}{}", comma, query.bind(std::move(value)));
  }
  query.sql = fmt::format(
      "INSERT INTO slots(run, position, name, status, model, model_sha256, backend, "
      "backend_version, device, precision, frames, scenario, threads, streams, rate, batch, "
      "shapes, conditions) VALUES ({}) RETURNING id",
      values);
  return query;
}

Query metrics_insert(std::int64_t slot, std::span<const HistoryMetric> metrics) {
  Query query;
  query.sql = "INSERT INTO metrics(slot, name, value) VALUES ";
  for (const auto& metric : metrics) {
    if (!query.values.empty()) query.sql += ", ";
    const auto of = query.bind(slot), named = query.bind(metric.name);
    query.sql += fmt::format("({}, {}, {})", of, named, query.bind(metric.value));
  }
  return query;
}

}  // namespace jetmeter
