// Readings as text, and back. A line is one reading of one source, as a run's metrics.jsonl and
// `jetmeter monitor --log` hold it:
//
//   {"time":"2026-01-31T12:00:00.000000Z","monotonic_ns":1,"source":"cpu","values":{"load.cpu":5}}
//   {"time":"2026-01-31T12:00:01.000000Z","monotonic_ns":2,"source":"cpu","gap":"no value"}
//
// A time without the Z is local, in a zone that nobody told: that of a log of tegrastats.
// A Recording also reads logs of NVIDIA's tegrastats. One thread.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/telemetry.h"

namespace jetmeter {

struct RecordedReading {
  Nanoseconds at{0};
  std::optional<WallTime> time;
  // Instead of `time` where no time zone is told, as by tegrastats: "2026-01-31T12:00:00"; may be
  // empty.
  std::string local_time;
  std::string source;
  std::vector<Channel> channels;              // units as the names tell them
  std::vector<std::optional<double>> values;  // one per channel
  // From `at` on the source did not answer, for this reason; empty: it answered again. There are
  // then no channels.
  std::optional<std::string> gap;
};

// Replace `line`, which gets no newline. Values that are absent or no finite numbers are left out.
// A line that has held as much before is written without allocating.
void write_reading(std::string& line, WallTime, Nanoseconds at, std::string_view source,
                   std::span<const Channel>, std::span<const std::optional<double>>);
// `reason` empty: the source answers again.
void write_gap(std::string& line, WallTime, Nanoseconds at, std::string_view source,
               std::string_view reason);
// The same with the time as RecordedReading::local_time has it.
void write_reading(std::string& line, std::string_view local_time, Nanoseconds at,
                   std::string_view source, std::span<const Channel>,
                   std::span<const std::optional<double>>);
void write_gap(std::string& line, std::string_view local_time, Nanoseconds at,
               std::string_view source, std::string_view reason);

// Any bytes may come in; false for what is no such line, `out` is then unspecified.
bool parse_reading(std::string_view line, RecordedReading& out);

// Of a channel by its name: "temperature.cpu-thermal" is in degrees Celsius.
Unit unit_of_channel(std::string_view name);

class TegrastatsLog;

class Recording {
 public:
  // A file, or a pipe. Fails for everything else, for a pipe into which nobody writes within half a
  // second, when it cannot be read, and when none of its first lines is a reading.
  static Result<Recording> open(const std::filesystem::path&);
  Recording(Recording&&) noexcept;
  Recording& operator=(Recording&&) noexcept;
  ~Recording();

  // In the order of the file; lines that are no readings are counted and passed over. False at the
  // end, and where a line goes on for 64 MiB. Waits for a pipe's next line. Times may go back where
  // a file holds several recordings.
  bool next(RecordedReading& out);

  bool is_tegrastats() const { return is_tegrastats_; }
  std::int64_t bad_lines() const { return bad_lines_; }
  // In the lines of tegrastats that were read so far.
  const UnknownWords& unknown_words() const;
  // Of the file that was read so far, in [0, 1]; absent where it has no size, as a pipe.
  std::optional<double> share() const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  Recording();
  Result<void> open_file(const std::filesystem::path&);
  bool next_line();
  bool understand(RecordedReading& out);

  std::unique_ptr<std::FILE, Close> file_;
  std::unique_ptr<TegrastatsLog> tegrastats_;
  std::string line_;
  std::uint64_t size_ = 0, read_ = 0;
  std::int64_t bad_lines_ = 0;
  std::optional<RecordedReading> first_;  // that open() met
  bool is_tegrastats_ = false, ended_ = false;
  bool too_long_ = false;  // the line of now
};

}  // namespace jetmeter
