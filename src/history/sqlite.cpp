#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstring>
#include <memory>

#include "history/sqlite_file.h"
#include "history/store_kind.h"

namespace jetmeter {
namespace {

// GLOB, unlike LIKE, tells upper case from lower case.
std::string glob(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (c == '?' || c == '[')
      pattern += fmt::format("[{}]", c);
    else
      pattern += c;
  }
  return pattern;
}

constexpr Dialect kDialect{
    "INTEGER PRIMARY KEY AUTOINCREMENT",
    "INTEGER",
    "REAL",
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*'",
    "BEGIN IMMEDIATE",
    "",
    "",
    "GLOB",
    glob};

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

SqlValue column(sqlite3_stmt* statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER: return static_cast<std::int64_t>(sqlite3_column_int64(statement, index));
    case SQLITE_FLOAT: return sqlite3_column_double(statement, index);
    case SQLITE_NULL: return std::monostate();
    default: break;
  }
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
  return text ? std::string(text, size) : std::string();
}

int bind(sqlite3_stmt* statement, int index, const SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return sqlite3_bind_int64(statement, index, *number);
  if (const auto* number = std::get_if<double>(&value))
    return sqlite3_bind_double(statement, index, *number);
  if (const auto* text = std::get_if<std::string>(&value))
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  return sqlite3_bind_null(statement, index);
}

// A URI under which SQLite makes no file beside the database and looks at none.
std::string as_it_lies(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (const char c : file.string()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/-._~").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri + "?immutable=1";
}

enum class Access { read_write, as_it_lies };

class SqliteSession final : public SqlSession {
 public:
  // Opens nothing of the file yet: SQLite does so at the first statement.
  SqliteSession(const std::filesystem::path& file, const HistoryOptions& options, Access access)
      : access_(access),
        file_(file),
        name_("the history " + in_quotes(file.string())),
        busy_timeout_(options.busy_timeout) {
    const int usual = SQLITE_OPEN_READWRITE | (options.create ? SQLITE_OPEN_CREATE : 0);
    opened_ = access == Access::read_write
                  ? sqlite3_open_v2(file.c_str(), &database_, usual, nullptr)
                  : sqlite3_open_v2(as_it_lies(file).c_str(), &database_,
                                    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
    if (!database_) throw std::bad_alloc();
    sqlite3_extended_result_codes(database_, 1);
    const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(busy_timeout_);
    sqlite3_busy_timeout(database_, static_cast<int>(timeout.count()));
  }
  ~SqliteSession() override { sqlite3_close_v2(database_); }
  SqliteSession(const SqliteSession&) = delete;
  SqliteSession& operator=(const SqliteSession&) = delete;

  const Dialect& dialect() const override { return kDialect; }
  const std::string& name() const override { return name_; }

  Result<std::vector<SqlRow>> run(const std::string& sql,
                                  std::span<const SqlValue> values) override {
    if (opened_ != SQLITE_OK) return fail(reason(opened_));
    sqlite3_stmt* raw = nullptr;
    int code = sqlite3_prepare_v2(database_, sql.c_str(), -1, &raw, nullptr);
    const Statement statement(raw);
    for (std::size_t i = 0; code == SQLITE_OK && i < values.size(); ++i)
      code = bind(raw, static_cast<int>(i + 1), values[i]);
    if (code != SQLITE_OK) return fail(reason(code));
    std::vector<SqlRow> rows;
    while ((code = sqlite3_step(raw)) == SQLITE_ROW) {
      auto& row = rows.emplace_back();
      for (int i = 0; i < sqlite3_column_count(raw); ++i) row.push_back(column(raw, i));
    }
    if (code != SQLITE_DONE) return fail(reason(code));
    return rows;
  }

  // May fail without harm: where the log is not to be had, or another process has the file at this
  // moment, there remains the journal that every file system carries.
  void settle() override {
    if (access_ == Access::as_it_lies) return;
    const auto mode = run("PRAGMA journal_mode", {});
    const bool logs = mode && mode->at(0).at(0) == SqlValue(std::string("wal"));
    if (is_on_network(file_) != logs) return;
    run(logs ? "PRAGMA journal_mode = DELETE" : "PRAGMA journal_mode = WAL", {});
  }

 private:
  std::string reason(int code) const {
    switch (code & 0xFF) {
      case SQLITE_FULL: return "its disk is full; make room there, or name another place";
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        return "another program has kept it locked for " + format_duration(busy_timeout_);
      case SQLITE_CORRUPT:
      case SQLITE_NOTADB: return "the file is damaged";
      case SQLITE_READONLY: return "this user may not write it";
      case SQLITE_CANTOPEN: {
        const int system = sqlite3_system_errno(database_);
        return system == 0 ? sqlite3_errmsg(database_) : std::strerror(system);
      }
      case SQLITE_IOERR: return failed_transfer(code);
      default: return sqlite3_errmsg(database_);
    }
  }

  // errno is no longer that of the transfer: SQLite has tidied up since.
  std::string failed_transfer(int code) const {
    if (code == SQLITE_IOERR_READ || code == SQLITE_IOERR_SHORT_READ)
      return fmt::format("reading it failed ({})", sqlite3_errmsg(database_));
    return fmt::format(
        "writing it failed ({}); its disk may be full, or a limit on the size of files reached",
        sqlite3_errmsg(database_));
  }

  Access access_;
  std::filesystem::path file_;
  std::string name_;
  Nanoseconds busy_timeout_;
  sqlite3* database_ = nullptr;
  int opened_ = SQLITE_OK;
};

// The whole file is read, so a large one is judged by what each statement meets.
std::optional<std::string> damage(SqlSession& session, const std::filesystem::path& file) {
  constexpr std::uintmax_t kQuickBytes = 64U << 20U;
  std::error_code unknown;
  const auto bytes = std::filesystem::file_size(file, unknown);
  const bool all = !unknown && bytes <= kQuickBytes;
  const auto checked =
      session.run(all ? "PRAGMA quick_check(1)" : "SELECT COUNT(*) FROM sqlite_master");
  if (!checked) return checked.error().what;
  if (all && checked->at(0).at(0) != SqlValue(std::string("ok"))) return "the file is damaged";
  return std::nullopt;
}

// The log, where there is one, holds what the file does not have yet.
bool has_log(const std::filesystem::path& file) {
  std::error_code none;
  const auto bytes = std::filesystem::file_size(file.string() + "-wal", none);
  return !none && bytes > 0;
}

bool may_write(const std::filesystem::path& file) {
  const auto may = [](const std::filesystem::path& path) {
    return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
  };
  return may(file) && may(file.parent_path());
}

Result<std::unique_ptr<SqlSession>> open(const HistoryPlace& place, const HistoryOptions& options) {
  std::error_code error;
  // Absolute, so that no name means something else to SQLite.
  const auto file = std::filesystem::absolute(place.where, error).lexically_normal();
  if (auto refused = refused_file(file, options.create)) return fail(std::move(refused->what));
  auto session = std::make_unique<SqliteSession>(file, options, Access::read_write);
  session->run("PRAGMA foreign_keys = ON", {});
  session->run("PRAGMA synchronous = FULL", {});  // boards lose power
  auto why = damage(*session, file);
  // SQLite keeps files of its own beside a database, which in a folder that this user may not write
  // it cannot make, not even to read.
  if (why && !options.write && !may_write(file) && !has_log(file)) {
    auto reader = std::make_unique<SqliteSession>(file, options, Access::as_it_lies);
    if (!damage(*reader, file)) return reader;
  }
  if (why)
    return fail(fmt::format("{} cannot be used and was left as it is: {}", session->name(), *why));
  return session;
}

}  // namespace

extern const StoreKind sqlite_store_kind{"sqlite", false, open};

}  // namespace jetmeter
