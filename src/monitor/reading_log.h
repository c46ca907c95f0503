// The file of --log: a line per reading (JSONL), or a row per moment (CSV). A file that cannot be
// written any more is told once and left alone. Safe from several threads.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/recording.h"

namespace jetmeter {

class ReadingLog {
 public:
  // Fails when the file cannot be opened, or holds something already.
  static Result<std::unique_ptr<ReadingLog>> open(const std::filesystem::path&);
  ~ReadingLog();
  ReadingLog(const ReadingLog&) = delete;
  ReadingLog& operator=(const ReadingLog&) = delete;

  // `time` absent: a recording that does not tell it, but perhaps the local time, which is written
  // in its place. Where that is empty, too, the CSV has an empty cell, and the JSONL the first of
  // January 1970 plus `at`.
  void reading(std::optional<WallTime> time, Nanoseconds at, std::string_view source,
               std::span<const Channel>, std::span<const std::optional<double>>,
               std::string_view local_time = {});
  // `reason` empty: the source answers again. In a CSV it stands in the last column, "gap", of the
  // row of its moment.
  void gap(std::optional<WallTime> time, Nanoseconds at, std::string_view source,
           std::string_view reason, std::string_view local_time = {});
  // Writes the last row of a CSV, which could still have grown, and what was held until its columns
  // were known.
  void finish();

  // Why the file ends before its time; empty: it does not.
  std::string failure() const;
  // The failure, or what a CSV could not take; empty: nothing.
  std::string trouble() const;
  std::int64_t lines() const;

 private:
  struct Cell {
    std::string channel;
    std::optional<double> value;
  };
  ReadingLog(std::filesystem::path, int descriptor);
  void collect(std::span<const Channel>, std::span<const std::optional<double>>);
  struct Row {
    std::string time;
    Nanoseconds at{};
    std::vector<std::optional<double>> values;  // by column; may be shorter
    std::string gaps;
  };
  void begin_row(std::string time, Nanoseconds at);
  void take_row();
  void fix_columns();
  void write_row(const Row&);
  void append(std::string_view line);

  std::filesystem::path path_;
  int descriptor_ = -1;
  bool csv_ = false;
  mutable std::mutex mutex_;
  std::string line_, failure_;
  std::int64_t lines_ = 0;
  // CSV: the row that is gathered, and the columns once they are fixed.
  std::vector<Cell> cells_;
  std::optional<Nanoseconds> row_at_;
  std::string row_time_, row_gaps_;
  std::vector<Row> held_;  // before the columns are fixed: a load takes two readings
  bool columns_fixed_ = false;
  std::vector<std::string> late_;  // channels that came after that
};

}  // namespace jetmeter
