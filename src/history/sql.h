// One connection to a database, as much of it as the store needs, and what differs between the
// databases' SQL. Private to history.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "jetmeter/core.h"

namespace jetmeter {

using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string>;
using SqlRow = std::vector<SqlValue>;

// Absent: another kind of value, or no such column. SQLite keeps whatever it is given, so that a
// database which another program wrote into may hold anything.
template <typename T>
std::optional<T> cell_as(const SqlRow& row, std::size_t column) {
  const auto* value = column < row.size() ? std::get_if<T>(&row[column]) : nullptr;
  return value ? std::optional<T>(*value) : std::nullopt;
}

struct Dialect {
  std::string_view key, integer, real;  // types: a row's own number, 64 bits, double
  std::string_view tables;              // asks for the names of the tables that are there
  std::string_view begin;               // of a transaction that writes
  std::string_view alone;               // in it: nobody else changes the schema; may be empty
  std::string_view home;                // in it: makes the place for the tables; may be empty
  std::string_view like;                // compares with a pattern
  std::string (*pattern)(std::string_view text);  // * is any text, all else stands for itself
};

// An Error is the reason alone, without a subject: "its disk is full".
class SqlSession {
 public:
  virtual ~SqlSession() = default;
  virtual const Dialect& dialect() const = 0;
  // For sentences: "the history '/data/history.db'".
  virtual const std::string& name() const = 0;
  // One statement; its parameters are written $1, $2, … in the order of their first use.
  virtual Result<std::vector<SqlRow>> run(const std::string& sql,
                                          std::span<const SqlValue> values = {}) = 0;
  // Settings that stay in the store; once it is known to be ours.
  virtual void settle() {}
};

// Rolled back at its end unless it was committed.
class Transaction {
 public:
  explicit Transaction(SqlSession& session)
      : session_(&session), begun_(session.run(std::string(session.dialect().begin))) {}
  ~Transaction() {
    if (begun_) session_->run("ROLLBACK");
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Result<void> begun() const {
    if (!begun_) return tl::make_unexpected(begun_.error());
    return {};
  }
  Result<void> commit() {
    const auto done = session_->run("COMMIT");
    if (!done) return tl::make_unexpected(done.error());
    begun_ = fail("committed");
    return {};
  }

 private:
  SqlSession* session_;
  Result<std::vector<SqlRow>> begun_;
};

}  // namespace jetmeter
