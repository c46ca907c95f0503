#include "cli/terminal.h"

#include <fmt/color.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace jetmeter {
namespace {

constexpr const char* kClearLine = "\r\033[K";
constexpr auto kBetweenLines = std::chrono::milliseconds(100);

std::size_t columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

// Where nobody can be told, what is being measured goes on.
void tell(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

bool is_dumb_terminal() {
  const char* name = std::getenv("TERM");
  return name && std::string_view(name) == "dumb";
}

bool are_colors_refused() {
  const char* value = std::getenv("NO_COLOR");
  return value && *value != '\0';
}

std::string progress_text(const Progress& progress, std::chrono::duration<double> elapsed) {
  std::string text = fmt::format("{} {}", progress.slot, progress.done);
  if (progress.total > 0) text += fmt::format("/{}", progress.total);
  if (progress.done == 0 || elapsed.count() <= 0) return text;
  const double rate = static_cast<double>(progress.done) / elapsed.count();
  text += fmt::format(" {:.1f} fps", rate);
  if (progress.total > progress.done) {
    const double left = static_cast<double>(progress.total - progress.done) / rate;
    text += fmt::format(", {} left", left < 1
                                         ? "< 1 s"
                                         : format_duration(std::chrono::round<std::chrono::seconds>(
                                               std::chrono::duration<double>(left))));
  }
  return text;
}

Terminal::Terminal()
    : stdout_is_terminal_(isatty(STDOUT_FILENO) == 1 && !is_dumb_terminal()),
      stderr_is_terminal_(isatty(STDERR_FILENO) == 1 && !is_dumb_terminal()),
      colors_refused_(are_colors_refused()) {}

void Terminal::configure(const Options& options) {
  options_ = options;
}

void Terminal::step(int number, std::string_view what) {
  if (options_.quiet) return;
  clear_line();
  paces_.clear();
  tell(fmt::format("[{}/7] {}...\n", number, what));
}

void Terminal::note(std::string_view text) {
  if (options_.quiet) return;
  clear_line();
  tell(fmt::format("      {}\n", text));
}

void Terminal::warn(const Warning& warning) {
  if (options_.quiet) return;
  clear_line();
  const auto style = has_colors() && stderr_is_terminal_ ? fmt::fg(fmt::terminal_color::yellow)
                                                         : fmt::text_style();
  tell(fmt::format("{} {}{}\n", fmt::format(style, "warning:"),
                   warning.slot.empty() ? "" : warning.slot + ": ", warning.message));
}

void Terminal::detail(std::string_view text) const {
  if (!options_.verbose) return;
  tell(fmt::format("{}      {}\n", stderr_is_terminal_ ? kClearLine : "", text));
}

void Terminal::error(std::string_view sentence) {
  clear_line();
  const auto style = has_colors() && stderr_is_terminal_
                         ? fmt::fg(fmt::terminal_color::red) | fmt::emphasis::bold
                         : fmt::text_style();
  tell(fmt::format("{} {}\n", fmt::format(style, "error:"), sentence));
}

void Terminal::print(std::string_view text) {
  clear_line();
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return;
  // Who closes a pipe has read enough.
  if (errno != EPIPE && why_lost_.empty()) why_lost_ = std::strerror(errno);
}

void Terminal::progress(const Progress& progress) {
  if (options_.quiet || !stderr_is_terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  auto& pace = paces_[std::string(progress.slot)];
  if (pace.phase != progress.phase) pace = {std::string(progress.phase), now, 0, 0};
  pace.done = progress.done;
  pace.total = progress.total;
  if (now - last_line_ < kBetweenLines) return;
  last_line_ = now;
  line_shown_ = true;
  tell(kClearLine + line().substr(0, columns() - 1));
  std::fflush(stderr);
}

void Terminal::status(std::string_view text) {
  if (options_.quiet || !stderr_is_terminal_) return;
  line_shown_ = true;
  tell(fmt::format("\r\033[K      {}", text.substr(0, columns() - 7)));
  std::fflush(stderr);
}

std::string Terminal::line() const {
  const auto now = std::chrono::steady_clock::now();
  std::string text = "      ";
  std::string_view separator;
  for (const auto& [slot, pace] : paces_) {
    text += separator;
    text += fmt::format("{} ", pace.phase);
    text += progress_text({slot, pace.phase, pace.done, pace.total}, now - pace.began);
    separator = "  |  ";
  }
  return text;
}

void Terminal::clear_line() {
  if (line_shown_) tell(kClearLine);
  line_shown_ = false;
}

}  // namespace jetmeter
