#include <algorithm>

#include "history/schema.h"
#include "history/sql_store.h"
#include "history/store_kind.h"

namespace jetmeter {

Result<std::unique_ptr<HistoryStore>> open_history(const HistoryPlace& place,
                                                   const HistoryOptions& options) {
  if (place.where.empty()) return fail("no place of the history is named");
  const auto kind = std::ranges::find(store_kinds(), place.is_server(),
                                      [](const StoreKind* k) { return k->is_server; });
  if (kind == store_kinds().end())
    return fail(
        "this build of jetmeter has no PostgreSQL; install libpq-dev and build it again, or name "
        "a file");
  auto session = (*kind)->open(place, options);
  if (!session) return tl::make_unexpected(session.error());
  const auto version = migrate(**session, history_migrations(), options.create);
  if (!version) return tl::make_unexpected(version.error());
  (*session)->settle();
  return sql_store(std::move(*session), *version);
}

}  // namespace jetmeter
