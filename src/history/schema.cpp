#include "history/schema.h"

#include <fmt/format.h>

#include <algorithm>

namespace jetmeter {
namespace {

std::string in_dialect(std::string_view statement, const Dialect& dialect) {
  std::string sql(statement);
  for (const auto& [word, type] : {std::pair{std::string_view("{key}"), dialect.key},
                                   {"{integer}", dialect.integer},
                                   {"{real}", dialect.real}})
    for (auto at = sql.find(word); at != sql.npos; at = sql.find(word, at + type.size()))
      sql.replace(at, word.size(), type);
  return sql;
}

enum class Found { nothing, ours, strange };
struct State {
  Found found = Found::nothing;
  int version = 0;
};

Result<State> look(SqlSession& session) {
  const auto tables = session.run(std::string(session.dialect().tables));
  if (!tables) return tl::make_unexpected(tables.error());
  const auto is_version = [](const SqlRow& row) {
    return row.front() == SqlValue(std::string("schema_version"));
  };
  if (tables->empty()) return State{};
  if (std::ranges::none_of(*tables, is_version)) return State{Found::strange, 0};
  const auto version = session.run("SELECT MAX(version) FROM schema_version");
  if (!version) return tl::make_unexpected(version.error());
  const auto* number = std::get_if<std::int64_t>(&version->at(0).at(0));
  if (!number) return State{Found::strange, 0};
  return State{Found::ours, static_cast<int>(*number)};
}

Result<void> apply(SqlSession& session, const Migration& migration) {
  for (const auto statement : migration.statements)
    if (const auto done = session.run(in_dialect(statement, session.dialect())); !done)
      return tl::make_unexpected(done.error());
  const std::vector<SqlValue> version{std::int64_t{migration.to}};
  const auto noted = session.run("INSERT INTO schema_version(version) VALUES ($1)", version);
  if (!noted) return tl::make_unexpected(noted.error());
  return {};
}

// Another process may have been faster: what is to be done is decided when nobody else can.
Result<void> apply_missing(SqlSession& session, std::span<const Migration> migrations) {
  Transaction transaction(session);
  if (const auto begun = transaction.begun(); !begun) return begun;
  const auto& dialect = session.dialect();
  for (const auto statement : {dialect.alone, dialect.home}) {
    if (statement.empty()) continue;
    if (const auto done = session.run(std::string(statement)); !done)
      return tl::make_unexpected(done.error());
  }
  const auto state = look(session);
  if (!state) return tl::make_unexpected(state.error());
  for (const auto& migration : migrations) {
    if (migration.to <= state->version) continue;
    if (const auto done = apply(session, migration); !done) return done;
  }
  return transaction.commit();
}

Result<void> acceptable(const State& state, int newest, bool create, const std::string& name) {
  if (state.found == Found::strange)
    return fail(name + " is the database of another program and was left as it is; name another");
  if (state.found == Found::nothing && !create)
    return fail(name + " is empty: no run was written there yet");
  if (state.version > newest)
    return fail(
        fmt::format("{} was written by a newer jetmeter (its schema is {}, this program knows {}) "
                    "and was left as it is; use the newer program or another place",
                    name, state.version, newest));
  return {};
}

}  // namespace

std::span<const Migration> history_migrations() {
  static const std::vector<Migration> all{
      {1,
       {"CREATE TABLE schema_version(version {integer} PRIMARY KEY)",
        "CREATE TABLE runs("
        "id {key}, run_id TEXT NOT NULL, host TEXT NOT NULL, started_us {integer} NOT NULL, "
        "finished_us {integer} NOT NULL, subcommand TEXT NOT NULL, command TEXT NOT NULL, "
        "verdict TEXT NOT NULL, board TEXT NOT NULL, power_mode TEXT NOT NULL, "
        "tool_version TEXT NOT NULL, tool_git TEXT NOT NULL, record TEXT NOT NULL, "
        "UNIQUE(run_id, started_us, host))",
        "CREATE INDEX runs_by_start ON runs(started_us)",
        "CREATE TABLE slots("
        "id {key}, run {integer} NOT NULL REFERENCES runs(id) ON DELETE CASCADE, "
        "position {integer} NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, "
        "model TEXT NOT NULL, model_sha256 TEXT NOT NULL, backend TEXT NOT NULL, "
        "backend_version TEXT NOT NULL, device TEXT NOT NULL, precision TEXT NOT NULL, "
        "frames {integer} NOT NULL, UNIQUE(run, position))",
        "CREATE TABLE metrics("
        "slot {integer} NOT NULL REFERENCES slots(id) ON DELETE CASCADE, "
        "name TEXT NOT NULL, value {real} NOT NULL, PRIMARY KEY(slot, name))",
        "CREATE INDEX metrics_by_name ON metrics(name)"}},
      {2, {"ALTER TABLE slots ADD COLUMN scenario TEXT NOT NULL DEFAULT ''"}},
      {3,
       {"ALTER TABLE slots ADD COLUMN threads TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE slots ADD COLUMN streams TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE slots ADD COLUMN rate TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE slots ADD COLUMN batch TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE slots ADD COLUMN shapes TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE slots ADD COLUMN conditions TEXT NOT NULL DEFAULT ''"}},
  };
  return all;
}

Result<int> migrate(SqlSession& session, std::span<const Migration> migrations, bool create) {
  const auto& name = session.name();
  const int newest = migrations.back().to;
  for (int attempt = 0;; ++attempt) {
    const auto state = look(session);
    if (!state) return fail(fmt::format("{} cannot be read: {}", name, state.error().what));
    if (const auto good = acceptable(*state, newest, create, name); !good)
      return tl::make_unexpected(good.error());
    if (state->version == newest) return newest;
    // A second look only ever finds what the first migration, or a faster process, has made.
    if (attempt > 0) return fail(name + " did not keep its own schema");
    if (const auto done = apply_missing(session, migrations); !done)
      return fail(fmt::format("{} cannot be prepared: {}", name, done.error().what));
  }
}

}  // namespace jetmeter
