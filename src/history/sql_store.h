// The store over any of the databases.
#pragma once

#include <memory>

#include "history/sql.h"
#include "jetmeter/history.h"

namespace jetmeter {

// REQUIRES: the session's schema is `schema`, that of this program.
std::unique_ptr<HistoryStore> sql_store(std::unique_ptr<SqlSession> session, int schema);

}  // namespace jetmeter
