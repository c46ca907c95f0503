#include "history/sql_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "history/queries.h"

namespace jetmeter {
namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

class SqlStore final : public HistoryStore {
 public:
  SqlStore(std::unique_ptr<SqlSession> session, int schema)
      : session_(std::move(session)), schema_(schema) {}

  Result<std::int64_t> add(const Record& record, std::string_view host) override {
    auto id = write(entry_of(record, host));
    if (!id)
      return fail(
          fmt::format("the run was not added to {}: {}", session_->name(), id.error().what));
    return id;
  }

  Result<std::vector<HistoryRow>> rows(const HistoryFilter& filter) override {
    const auto found = read(rows_query(filter, session_->dialect()));
    if (!found) return tl::make_unexpected(found.error());
    std::vector<HistoryRow> rows;
    for (const auto& values : *found) {
      auto row = row_of(values);
      if (!row) return damaged();
      rows.push_back(std::move(*row));
    }
    return rows;
  }

  Result<std::vector<HistoryValue>> metric(std::string_view name,
                                           const HistoryFilter& filter) override {
    const auto found = read(metric_query(valid_utf8(name), filter, session_->dialect()));
    if (!found) return tl::make_unexpected(found.error());
    std::vector<HistoryValue> values;
    for (const auto& columns : *found) {
      auto row = row_of(columns);
      const auto value = value_of(columns);
      if (!row || !value) return damaged();
      values.push_back({std::move(*row), *value});
    }
    return values;
  }

  Result<std::vector<std::string>> metric_names() override {
    const auto found = read({"SELECT DISTINCT name FROM metrics", {}});
    if (!found) return tl::make_unexpected(found.error());
    std::vector<std::string> names;
    for (const auto& row : *found) {
      auto metric = cell_as<std::string>(row, 0);
      if (!metric) return damaged();
      names.push_back(std::move(*metric));
    }
    std::ranges::sort(names);  // not by the database, whose order depends on its locale
    return names;
  }

  Result<std::string> record_json(std::string_view id) override {
    const auto run = find(id);
    if (!run) return tl::make_unexpected(run.error());
    const auto found = read({"SELECT record FROM runs WHERE id = $1", {*run}});
    if (!found) return tl::make_unexpected(found.error());
    if (found->empty()) return no_run(id);  // removed in between
    auto record = cell_as<std::string>(found->front(), 0);
    if (!record) return damaged();
    return std::move(*record);
  }

  Result<void> remove(std::string_view id) override {
    const auto run = find(id);
    if (!run) return tl::make_unexpected(run.error());
    const auto removed = erase(*run);
    if (!removed)
      return fail(fmt::format("the run was not removed from {}: {}", session_->name(),
                              removed.error().what));
    return {};
  }

  int schema_version() const override { return schema_; }

 private:
  Result<std::vector<SqlRow>> read(const Query& query) {
    auto rows = session_->run(query.sql, query.values);
    if (!rows)
      return fail(fmt::format("{} cannot be read: {}", session_->name(), rows.error().what));
    return rows;
  }

  Result<void> run(const Query& query) {
    const auto done = session_->run(query.sql, query.values);
    if (!done) return tl::make_unexpected(done.error());
    return {};
  }

  Result<std::int64_t> id_from(const Query& query) {
    const auto rows = session_->run(query.sql, query.values);
    if (!rows) return tl::make_unexpected(rows.error());
    const auto id = rows->empty() ? std::nullopt : cell_as<std::int64_t>(rows->front(), 0);
    if (!id) return fail("the database told no number of what was written");
    return *id;
  }

  Result<void> write_slot(std::int64_t run_id, std::int64_t position, const SlotEntry& slot) {
    constexpr std::size_t kPerStatement = 200;  // thrice as many values; both take 32766
    const auto id = id_from(slot_insert(run_id, position, slot.row));
    if (!id) return tl::make_unexpected(id.error());
    std::span<const HistoryMetric> left(slot.metrics);
    while (!left.empty()) {
      const auto part = left.first(std::min(left.size(), kPerStatement));
      if (const auto done = run(metrics_insert(*id, part)); !done) return done;
      left = left.subspan(part.size());
    }
    return {};
  }

  Result<std::int64_t> write(const RunEntry& entry) {
    Transaction transaction(*session_);
    if (const auto begun = transaction.begun(); !begun) return tl::make_unexpected(begun.error());
    const auto id = id_from(run_upsert(entry));
    if (!id) return id;
    const auto emptied = run({"DELETE FROM slots WHERE run = $1", {*id}});
    if (!emptied) return tl::make_unexpected(emptied.error());
    std::int64_t position = 0;
    for (const auto& slot : entry.slots)
      if (const auto done = write_slot(*id, position++, slot); !done)
        return tl::make_unexpected(done.error());
    if (const auto done = transaction.commit(); !done) return tl::make_unexpected(done.error());
    return id;
  }

  Result<void> erase(std::int64_t id) {
    Transaction transaction(*session_);
    if (auto begun = transaction.begun(); !begun) return begun;
    if (auto done = run({"DELETE FROM runs WHERE id = $1", {id}}); !done) return done;
    return transaction.commit();
  }

  tl::unexpected<Error> damaged() const {
    return fail(session_->name() +
                " is damaged: a value in it is not of the kind that was written there");
  }

  tl::unexpected<Error> no_run(std::string_view id) const {
    return fail(fmt::format("there is no run {} in {}; 'jetmeter history' lists them",
                            in_quotes(id), session_->name()));
  }

  // By its number here, else by its name, else by a beginning of its name.
  Result<std::int64_t> find(std::string_view id) {
    if (const auto number = whole_number(id)) {
      const auto found = read({"SELECT id FROM runs WHERE id = $1", {*number}});
      if (!found) return tl::make_unexpected(found.error());
      if (!found->empty()) return *number;
    }
    const auto text = valid_utf8(id);
    for (const Query& query :
         {Query{"SELECT id FROM runs WHERE run_id = $1 ORDER BY id", {text}},
          Query{"SELECT id FROM runs WHERE SUBSTR(run_id, 1, LENGTH($1)) = $1 ORDER BY id",
                {text}}}) {
      const auto found = read(query);
      if (!found) return tl::make_unexpected(found.error());
      if (text.empty() || found->empty()) continue;
      if (found->size() > 1) return ambiguous(id, *found);
      const auto number = cell_as<std::int64_t>(found->front(), 0);
      if (!number) return damaged();
      return *number;
    }
    return no_run(id);
  }

  tl::unexpected<Error> ambiguous(std::string_view id, const std::vector<SqlRow>& found) const {
    constexpr std::size_t kShown = 5;
    std::string numbers;
    for (std::size_t i = 0; i < std::min(found.size(), kShown); ++i)
      numbers +=
          fmt::format("{}{}", i == 0 ? "" : ", ", cell_as<std::int64_t>(found[i], 0).value_or(0));
    if (found.size() > kShown) numbers += ", …";
    return fail(fmt::format("{} runs in {} begin with {}; say which by its number: {}",
                            found.size(), session_->name(), in_quotes(id), numbers));
  }

  std::unique_ptr<SqlSession> session_;
  int schema_;
};

}  // namespace

std::unique_ptr<HistoryStore> sql_store(std::unique_ptr<SqlSession> session, int schema) {
  return std::make_unique<SqlStore>(std::move(session), schema);
}

}  // namespace jetmeter
