// The tables, in the one description that both databases share, and how an older store becomes a
// newer one. docs/history.md tells what stands in the columns.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "history/sql.h"

namespace jetmeter {

// Statements in which {key}, {integer} and {real} stand for the dialect's types. A migration that
// was published is never changed; a change of the schema is a new one at the end.
struct Migration {
  int to = 0;
  std::vector<std::string_view> statements;
};
std::span<const Migration> history_migrations();

// Brings the store to the last of `migrations`, whatever other processes do at the same time, and
// returns its version. Changes nothing in a store that is newer, or another program's. The Error
// is a whole sentence.
Result<int> migrate(SqlSession&, std::span<const Migration> migrations, bool create);

}  // namespace jetmeter
