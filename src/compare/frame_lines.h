// frames.jsonl as samples: one flat JSON object a line, told by its known keys.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/compare.h"

namespace jetmeter {

// Lines in, samples out. Only frames of the pass "measure" count, and none that was dropped. Every
// key that ends in "_ns" and is a duration is a metric: "latency_ns" is `latency_ms`, "infer_ns" is
// `stages_ms.infer`. A line that is no such object is skipped, and so is a frame with a duration
// below nothing.
class FrameLines {
 public:
  // False for a line that is damaged: neither a frame nor another object nor blank.
  bool add(std::string_view line);
  // By slot, as compare.h describes them.
  std::map<std::string, SlotSamples, std::less<>> take();
  // Before take(): by slot, when its first frame began.
  std::map<std::string, Nanoseconds, std::less<>> first_starts() const;

 private:
  struct Column {
    std::string key;   // "infer_ns"
    std::string name;  // "stages_ms.infer"
    double scale = 1;
    std::vector<double> values;
  };
  struct Slot {
    std::vector<Column> columns;
    std::size_t rows = 0;
    std::optional<std::int64_t> first_start;
  };
  struct Field {
    std::string_view key;
    double value = 0;
    std::int64_t whole = 0;  // where the number is one
  };
  struct Row {
    std::string_view slot, pass = "measure";
    bool dropped = false, whole = false;
    std::vector<Field> fields;
  };

  bool scan(std::string_view line);
  bool scan_value(std::string_view& text, std::string_view key);
  bool add_by_parser(std::string_view line);
  bool keep();
  Slot& slot_named(std::string_view name);
  static Column& column(Slot&, std::string_view key, std::size_t expected);

  std::map<std::string, Slot, std::less<>> slots_;
  Slot* latest_ = nullptr;
  std::string latest_name_;
  Row row_;
};

}  // namespace jetmeter
