// The facts of a slot that a table shows: declared once, walked by every tabular format.
#pragma once

#include <span>
#include <string_view>

#include "jetmeter/record.h"
#include "report/cell.h"

namespace jetmeter {

struct Column {
  std::string_view key;    // in files: "latency_p50_ms"
  std::string_view title;  // for people: "latency p50"
  Notation notation;
  Cell (*get)(const SlotRecord&);
};

std::span<const Column> slot_columns();

}  // namespace jetmeter
