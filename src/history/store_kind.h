// The contract of a place where a history can be kept.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "history/sql.h"
#include "jetmeter/history.h"

namespace jetmeter {

struct StoreKind {
  std::string_view name;
  bool is_server = false;
  // Connects and changes nothing that is there. The Error is a whole sentence.
  Result<std::unique_ptr<SqlSession>> (*open)(const HistoryPlace&, const HistoryOptions&);
};

// Those of this build.
std::span<const StoreKind* const> store_kinds();

}  // namespace jetmeter
