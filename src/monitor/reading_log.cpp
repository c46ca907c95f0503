#include "monitor/reading_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <iterator>
#include <system_error>
#include <utility>

#include "monitor/cells.h"

namespace jetmeter {
namespace {

// What came by then has a column. A load is known from the second reading on.
constexpr std::size_t kRowsBeforeTheHeader = 3;

tl::unexpected<Error> cannot_log(const std::filesystem::path& path, std::string_view why) {
  return fail(fmt::format("cannot write the log {}: {}", in_quotes(path.string()), why));
}

std::string reason(int error) {
  return std::generic_category().message(error);
}

// 0, or the errno of the write that failed.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// A cell of a CSV. Names hold no line ends.
std::string cell(std::string_view name) {
  const auto clean = printable(name);
  if (clean.find_first_of(",\"") == clean.npos) return clean;
  std::string out = "\"";
  for (const char c : clean) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string text_of(const std::optional<WallTime>& time, std::string_view local_time) {
  return time ? format_utc(*time) : std::string(local_time);
}

WallTime since_1970(Nanoseconds at) {
  return WallTime(std::chrono::duration_cast<std::chrono::microseconds>(at));
}

}  // namespace

Result<std::unique_ptr<ReadingLog>> ReadingLog::open(const std::filesystem::path& path) {
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);
  if (descriptor < 0) return cannot_log(path, reason(errno));
  struct stat status {};
  if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
    ::close(descriptor);
    return cannot_log(path, "it holds something already; name another file");
  }
  return std::unique_ptr<ReadingLog>(new ReadingLog(path, descriptor));
}

ReadingLog::ReadingLog(std::filesystem::path path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor), csv_(path_.extension() == ".csv") {}

ReadingLog::~ReadingLog() {
  finish();
  ::close(descriptor_);
}

void ReadingLog::append(std::string_view line) {
  if (!failure_.empty()) return;
  std::string whole(line);
  whole += '\n';
  if (const int error = write_all(descriptor_, whole)) {
    failure_ = fmt::format("the log {} ends here: {}", in_quotes(path_.string()), reason(error));
    return;
  }
  ++lines_;
}

void ReadingLog::collect(std::span<const Channel> channels,
                         std::span<const std::optional<double>> values) {
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const auto& name = channels[i].name;
    const auto known = std::ranges::find(cells_, name, &Cell::channel);
    if (known != cells_.end()) {
      if (values[i] && std::isfinite(*values[i])) known->value = values[i];
    } else if (!columns_fixed_) {
      cells_.push_back({name, values[i]});
    } else if (std::ranges::find(late_, name) == late_.end()) {
      late_.push_back(name);
    }
  }
}

void ReadingLog::begin_row(std::string time, Nanoseconds at) {
  if (row_at_ && *row_at_ != at) take_row();
  row_at_ = at;
  row_time_ = std::move(time);
}

void ReadingLog::take_row() {
  if (!row_at_) return;
  Row row{row_time_, *row_at_, {}, std::exchange(row_gaps_, {})};
  for (auto& column : cells_) {
    row.values.push_back(column.value);
    column.value.reset();
  }
  row_at_.reset();
  if (columns_fixed_) return write_row(row);
  held_.push_back(std::move(row));
  if (held_.size() == kRowsBeforeTheHeader) fix_columns();
}

void ReadingLog::fix_columns() {
  if (columns_fixed_ || held_.empty()) return;
  line_ = "time,monotonic_ns";
  for (const auto& column : cells_) line_ += "," + cell(column.channel);
  append(line_ + ",gap");
  columns_fixed_ = true;
  for (const auto& row : held_) write_row(row);
  held_.clear();
}

void ReadingLog::write_row(const Row& row) {
  line_ = row.time;
  fmt::format_to(std::back_inserter(line_), ",{}", row.at.count());
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    line_ += ',';
    if (i < row.values.size() && row.values[i] && std::isfinite(*row.values[i]))
      fmt::format_to(std::back_inserter(line_), "{}", *row.values[i]);
  }
  append(line_ + "," + cell(row.gaps));
}

void ReadingLog::reading(std::optional<WallTime> time, Nanoseconds at, std::string_view source,
                         std::span<const Channel> channels,
                         std::span<const std::optional<double>> values,
                         std::string_view local_time) {
  const std::scoped_lock lock(mutex_);
  if (!csv_) {
    if (!time && !local_time.empty())
      write_reading(line_, local_time, at, source, channels, values);
    else
      write_reading(line_, time.value_or(since_1970(at)), at, source, channels, values);
    append(line_);
    return;
  }
  begin_row(text_of(time, local_time), at);
  collect(channels, values);
}

void ReadingLog::gap(std::optional<WallTime> time, Nanoseconds at, std::string_view source,
                     std::string_view why, std::string_view local_time) {
  const std::scoped_lock lock(mutex_);
  if (csv_) {
    begin_row(text_of(time, local_time), at);
    row_gaps_ += fmt::format("{}{}: {}", row_gaps_.empty() ? "" : "; ", source,
                             why.empty() ? "answers again" : why);
    return;
  }
  if (!time && !local_time.empty())
    write_gap(line_, local_time, at, source, why);
  else
    write_gap(line_, time.value_or(since_1970(at)), at, source, why);
  append(line_);
}

void ReadingLog::finish() {
  const std::scoped_lock lock(mutex_);
  if (!csv_) return;
  take_row();
  fix_columns();
}

std::string ReadingLog::failure() const {
  const std::scoped_lock lock(mutex_);
  return failure_;
}

std::string ReadingLog::trouble() const {
  const std::scoped_lock lock(mutex_);
  if (!failure_.empty()) return failure_;
  if (late_.empty()) return {};
  return fmt::format(
      "not in {}, whose columns were fixed at its start: {}{}", in_quotes(path_.string()),
      printable(late_.front()),
      late_.size() > 1 ? fmt::format(" and {} more channels", late_.size() - 1) : std::string());
}

std::int64_t ReadingLog::lines() const {
  const std::scoped_lock lock(mutex_);
  return lines_;
}

}  // namespace jetmeter
