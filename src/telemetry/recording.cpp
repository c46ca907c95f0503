#include "jetmeter/recording.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "telemetry/tegrastats_log.h"

namespace jetmeter {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 20;
constexpr std::size_t kEndless = std::size_t{64} << 20;  // of a line
constexpr auto kWriterWithin = std::chrono::milliseconds(500);
constexpr int kLinesUntilNoRecording = 1000;  // a log may begin with what a shell printed

tl::unexpected<Error> cannot_replay(const std::filesystem::path& path, std::string_view why) {
  return fail("cannot replay " + in_quotes(path.string()) + ": " + std::string(why));
}

// A FIFO tells of its writers only to those who try to read; what was read in doing so comes back.
struct FirstByte {
  bool written = false;  // somebody writes, or has written
  std::optional<char> byte;
};

FirstByte wait_for_writer(int pipe) {
  pollfd ready{pipe, POLLIN, 0};
  ::poll(&ready, 1, static_cast<int>(kWriterWithin.count()));
  char byte = 0;
  const auto got = ::read(pipe, &byte, 1);
  if (got == 1) return {true, byte};
  return {got < 0 && errno == EAGAIN, std::nullopt};
}

}  // namespace

Recording::Recording() = default;
Recording::Recording(Recording&&) noexcept = default;
Recording& Recording::operator=(Recording&&) noexcept = default;
Recording::~Recording() = default;

Result<Recording> Recording::open(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return cannot_replay(path, "there is no such file");
  Recording recording;
  if (auto opened = recording.open_file(path); !opened)
    return cannot_replay(path, opened.error().what);
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

// Opened without waiting, as nobody may ever write to a FIFO; read with waiting.
Result<void> Recording::open_file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0 && (errno == EACCES || errno == EPERM))
    return fail("this user may not read it");
  if (descriptor < 0) return fail(std::generic_category().message(errno));
  file_.reset(::fdopen(descriptor, "rb"));
  if (!file_) ::close(descriptor);
  struct stat status {};
  if (!file_ || ::fstat(descriptor, &status) != 0) return fail("it cannot be read");
  if (S_ISDIR(status.st_mode)) return fail("it is a directory");
  if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode))
    return fail("it is neither a file nor a pipe");
  if (S_ISREG(status.st_mode)) size_ = static_cast<std::uint64_t>(status.st_size);
  const auto first = S_ISFIFO(status.st_mode) ? wait_for_writer(descriptor) : FirstByte{true, {}};
  if (!first.written) return fail("nobody writes into this pipe");
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
  if (first.byte) std::ungetc(static_cast<unsigned char>(*first.byte), file_.get());
  return {};
}

// A line that is too long to be a reading is empty here; its end is found all the same.
bool Recording::next_line() {
  line_.clear();
  too_long_ = false;
  if (ended_) return false;
  const auto begin = read_;
  for (int c = getc_unlocked(file_.get());; c = getc_unlocked(file_.get())) {
    if (c == EOF) return !line_.empty() || too_long_;
    if (++read_ - begin > kEndless) {
      ended_ = true;
      return true;
    }
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
