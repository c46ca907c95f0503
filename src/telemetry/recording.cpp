#include "jetmeter/recording.h"

#include <algorithm>

#include "telemetry/tegrastats_log.h"

namespace jetmeter {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 20;
constexpr int kLinesUntilNoRecording = 1000;  // a log may begin with what a shell printed

tl::unexpected<Error> cannot_replay(const std::filesystem::path& path, std::string_view why) {
  return fail("cannot replay " + in_quotes(path.string()) + ": " + std::string(why));
}

}  // namespace

Recording::Recording() = default;
Recording::Recording(Recording&&) noexcept = default;
Recording& Recording::operator=(Recording&&) noexcept = default;
Recording::~Recording() = default;

Result<Recording> Recording::open(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return cannot_replay(path, "there is no such file");
  if (std::filesystem::is_directory(path, error)) return cannot_replay(path, "it is a directory");
  Recording recording;
  const auto size = std::filesystem::file_size(path, error);
  if (!error) recording.size_ = size;
  recording.file_ = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!*recording.file_) return cannot_replay(path, "this user may not read it");
  recording.tegrastats_ = std::make_unique<TegrastatsLog>();
  RecordedReading reading;
  for (int i = 0; i < kLinesUntilNoRecording && recording.next_line(); ++i) {
    recording.is_tegrastats_ = recording.tegrastats_->understand(recording.line_, reading);
    if (recording.is_tegrastats_ || parse_reading(recording.line_, reading)) {
      recording.first_ = std::move(reading);
      return recording;
    }
    ++recording.bad_lines_;
  }
  return cannot_replay(path,
                       "no line of it is a reading; it takes a metrics.jsonl, a log that "
                       "monitor --log wrote as JSONL, or a log of tegrastats");
}

// A line that is too long to be a reading is empty here; its end is found all the same.
bool Recording::next_line() {
  line_.clear();
  auto* buffer = file_->rdbuf();
  too_long_ = false;
  for (int c = buffer->sbumpc();; c = buffer->sbumpc()) {
    if (c == std::char_traits<char>::eof()) return !line_.empty() || too_long_;
    ++read_;
    if (c == '\n') return true;
    too_long_ = too_long_ || line_.size() >= kLongestLine;
    if (too_long_)
      line_.clear();
    else
      line_ += static_cast<char>(c);
  }
}

bool Recording::understand(RecordedReading& out) {
  return is_tegrastats_ ? tegrastats_->understand(line_, out) : parse_reading(line_, out);
}

bool Recording::next(RecordedReading& out) {
  if (first_) {
    out = std::move(*first_);
    first_.reset();
    return true;
  }
  while (next_line()) {
    if (understand(out)) return true;
    const bool blank = line_.find_first_not_of(" \t\r") == line_.npos;
    if (!blank || too_long_) ++bad_lines_;
  }
  return false;
}

const UnknownWords& Recording::unknown_words() const {
  return tegrastats_->unknown_words();
}

std::optional<double> Recording::share() const {
  if (size_ == 0) return std::nullopt;
  return std::min(1.0, static_cast<double>(read_) / static_cast<double>(size_));
}

}  // namespace jetmeter
