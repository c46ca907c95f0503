#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>
#include <utility>

#include "jetmeter/sweep.h"
#include "sweep/journal_text.h"

namespace jetmeter {
namespace {

constexpr std::size_t kLargestJournal = std::size_t{256} << 20;

tl::unexpected<Error> cannot(std::string_view what, const std::filesystem::path& path,
                             std::string_view why) {
  return fail(
      fmt::format("cannot {} the sweep's journal {}: {}", what, in_quotes(path.string()), why));
}

// 0, or the errno of the failure.
int write_at(int fd, std::string_view text, std::int64_t at) {
  while (!text.empty()) {
    const ssize_t written = pwrite(fd, text.data(), text.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
    at += written;
  }
  return fsync(fd) == 0 ? 0 : errno;
}

// So that the new file's name survives a power cut too. Not every file system can; the journal's
// bytes matter more than what it says.
void sync_folder_of(const std::filesystem::path& path) {
  const auto folder = path.parent_path().empty() ? std::filesystem::path(".") : path.parent_path();
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

Result<std::string> read_all(int fd, const std::filesystem::path& path) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return cannot("read", path, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return cannot("use", path, "it is not a file");
  std::string text;
  std::array<char, std::size_t{1} << 16> chunk{};
  while (true) {
    const ssize_t got = pread(fd, chunk.data(), chunk.size(), static_cast<off_t>(text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot("read", path, std::strerror(errno));
    if (got == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(got));
    if (text.size() > kLargestJournal) return cannot("use", path, "it is far too large to be one");
  }
}

Result<JournalText> parsed(int fd, const std::filesystem::path& path) {
  const auto text = read_all(fd, path);
  if (!text) return tl::make_unexpected(text.error());
  auto journal = parse_journal(*text);
  if (!journal)
    return fail(
        fmt::format("{} {}; name another place", in_quotes(path.string()), journal.error().what));
  return journal;
}

class Closing {
 public:
  explicit Closing(int fd) : fd_(fd) {}
  ~Closing() {
    if (fd_ >= 0) close(fd_);
  }
  Closing(const Closing&) = delete;
  Closing& operator=(const Closing&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

std::vector<StepResult> completed_of(const Journal& journal, std::span<const SweepStep> steps) {
  std::set<std::pair<std::string_view, int>> wanted;
  for (const auto& step : steps) wanted.emplace(step.digest, step.repeat);
  std::vector<StepResult> done;
  for (auto result = journal.results.rbegin(); result != journal.results.rend(); ++result)
    if (result->completed() && wanted.erase({result->digest, result->repeat}) == 1)
      done.push_back(*result);
  std::ranges::reverse(done);
  return done;
}

using ValuesByOption = std::map<std::string, std::set<std::string>>;

template <typename Steps>
ValuesByOption values_by_option(const Steps& steps) {
  ValuesByOption all;
  for (const auto& step : steps)
    for (const auto& [option, value] : step.values) all[option].insert(value);
  return all;
}

// "5", "1 or 2"; an option that was given several times has a line for each.
std::string one_of(const ValuesByOption& all, const std::string& option) {
  const auto found = all.find(option);
  if (found == all.end()) return "not given";
  auto text = fmt::format("{}", fmt::join(found->second, " or "));
  std::ranges::replace(text, '\n', ' ');
  return text;
}

// "; --min-count is 5 there, 6 here": the first option of which a finished step had what no step of
// this plan has, or which only one of them knows. Empty: no finished step tells.
std::string first_difference(const Journal& journal, std::span<const SweepStep> steps) {
  if (journal.results.empty()) return "";
  const auto there = values_by_option(journal.results), here = values_by_option(steps);
  std::set<std::string> options;
  for (const auto* side : {&there, &here})
    for (const auto& [option, values] : *side) options.insert(option);
  for (const auto& option : options) {
    const auto x = there.find(option), y = here.find(option);
    const bool differs =
        x == there.end() || y == here.end() || !std::ranges::includes(y->second, x->second);
    if (!differs) continue;
    const bool model = option.empty() || option == "model";
    return fmt::format("; {} is {} there, {} here", model ? "the model" : "--" + option,
                       one_of(there, option), one_of(here, option));
  }
  return "";
}

Result<void> check_plan(const JournalText& found, std::span<const SweepStep> steps, bool resume,
                        const std::filesystem::path& path) {
  if (found.unwritten) return {};
  if (!resume)
    return fail(
        fmt::format("there is a sweep's journal already, {}; go on with it by --resume, or "
                    "name another folder",
                    in_quotes(path.string())));
  if (found.journal.plan_digest != plan_digest(steps))
    return fail(
        fmt::format("the journal {} is of another sweep ({} steps there, {} here{}); resume "
                    "with the options of then, or name another folder",
                    in_quotes(path.string()), found.journal.steps, steps.size(),
                    first_difference(found.journal, steps)));
  return {};
}

}  // namespace

Result<Journal> read_journal(const std::filesystem::path& path) {
  // Not blocking: a pipe in the journal's place must not hold the program up.
  const Closing fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) return cannot("read", path, std::strerror(errno));
  auto text = parsed(fd.get(), path);
  if (!text) return tl::make_unexpected(text.error());
  if (text->unwritten) return cannot("read", path, "nothing was written into it yet");
  return std::move(text->journal);
}

JournalWriter::JournalWriter() = default;

JournalWriter::JournalWriter(JournalWriter&& other) noexcept {
  *this = std::move(other);
}

JournalWriter& JournalWriter::operator=(JournalWriter&& other) noexcept {
  if (this == &other) return *this;
  if (fd_ >= 0) close(fd_);
  fd_ = std::exchange(other.fd_, -1);
  end_ = other.end_;
  torn_lines_ = other.torn_lines_;
  path_ = std::move(other.path_);
  pending_ = std::move(other.pending_);
  done_ = std::move(other.done_);
  return *this;
}

JournalWriter::~JournalWriter() {
  if (fd_ >= 0) close(fd_);
}

Result<JournalWriter> JournalWriter::open(const std::filesystem::path& path,
                                          std::span<const SweepStep> steps, bool resume) {
  Closing fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644));
  if (fd.get() < 0) return cannot("open", path, std::strerror(errno));
  // Other failures are those of a file system without locks.
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return cannot("use", path,
                  "another jetmeter is at it; wait for its end, or name another folder");
  const auto found = parsed(fd.get(), path);
  if (!found) return tl::make_unexpected(found.error());
  if (const auto good = check_plan(*found, steps, resume, path); !good)
    return tl::make_unexpected(good.error());

  JournalWriter writer;
  writer.path_ = path;
  writer.end_ = static_cast<std::int64_t>(found->whole_bytes);
  writer.torn_lines_ = found->journal.torn_lines;
  writer.done_ = completed_of(found->journal, steps);
  writer.fd_ = fd.release();
  if (ftruncate(writer.fd_, static_cast<off_t>(writer.end_)) != 0)
    return cannot("write", path, std::strerror(errno));
  if (!found->unwritten) return writer;
  writer.pending_.push_back(journal_header(plan_digest(steps), steps.size()));
  if (const auto written = writer.flush(); !written) return tl::make_unexpected(written.error());
  sync_folder_of(path);
  return writer;
}

Result<void> JournalWriter::flush() {
  while (!pending_.empty()) {
    const auto& line = pending_.front();
    // Before: nothing of a line that failed may be left behind this one.
    int error = ftruncate(fd_, static_cast<off_t>(end_)) == 0 ? 0 : errno;
    if (error == 0) error = write_at(fd_, line, end_);
    if (error != 0) {
      [[maybe_unused]] const int ignored = ftruncate(fd_, static_cast<off_t>(end_));
      return cannot("write", path_, std::strerror(error));
    }
    end_ += static_cast<std::int64_t>(line.size());
    pending_.erase(pending_.begin());
  }
  return {};
}

Result<void> JournalWriter::add(const StepResult& result) {
  pending_.push_back(journal_line(result));
  return flush();
}

const std::vector<StepResult>& JournalWriter::done() const {
  return done_;
}

std::int64_t JournalWriter::torn_lines() const {
  return torn_lines_;
}

std::filesystem::path fresh_step_folder(const std::filesystem::path& root, const SweepStep& step) {
  std::error_code ignored;
  for (int attempt = 1;; ++attempt) {
    auto folder = root / (attempt == 1 ? step.id : fmt::format("{}.{}", step.id, attempt));
    const bool free = !std::filesystem::exists(std::filesystem::symlink_status(folder, ignored)) ||
                      (std::filesystem::is_directory(folder, ignored) &&
                       std::filesystem::is_empty(folder, ignored));
    if (free) return folder;
  }
}

}  // namespace jetmeter
