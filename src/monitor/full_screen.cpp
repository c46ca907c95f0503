#include "monitor/full_screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <string_view>

namespace jetmeter {
namespace {

// Alternate screen, cursor hidden, no wrapping at the right edge; and all of it back.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
constexpr std::string_view kLeave = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// The length of the escape sequence, as an arrow key sends, at the front of `text`; 1 for Escape.
std::size_t sequence_length(std::string_view text) {
  if (text.size() < 2 || (text[1] != '[' && text[1] != 'O')) return 1;
  std::size_t end = 2;
  while (end < text.size() && (text[end] < '@' || text[end] > '~')) ++end;
  return std::min(end + 1, text.size());
}

struct SequenceKey {
  std::string_view sequence;
  char key;
};
constexpr std::array kSequenceKeys{SequenceKey{"\x1b[A", 'k'},  SequenceKey{"\x1bOA", 'k'},
                                   SequenceKey{"\x1b[B", 'j'},  SequenceKey{"\x1bOB", 'j'},
                                   SequenceKey{"\x1b[5~", 'b'}, SequenceKey{"\x1b[6~", 'f'}};

}  // namespace

std::string pressed_keys(std::string_view sent) {
  std::string pressed;
  while (!sent.empty()) {
    const auto length = sent.front() == '\x1b' ? sequence_length(sent) : 1;
    const auto* known =
        std::ranges::find(kSequenceKeys, sent.substr(0, length), &SequenceKey::sequence);
    if (length == 1)
      pressed += sent.front();
    else if (known != kSequenceKeys.end())
      pressed += known->key;
    sent.remove_prefix(length);
  }
  return pressed;
}

FullScreen::FullScreen(int in, int out) : in_(in), out_(out) {
  has_keys_ = ::tcgetattr(in_, &before_) == 0;
  if (has_keys_) {
    auto raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    // Ctrl-C stays a signal; Ctrl-Z and Ctrl-\ would leave the shell with this screen.
    raw.c_cc[VSUSP] = _POSIX_VDISABLE;
    raw.c_cc[VQUIT] = _POSIX_VDISABLE;
    ::tcsetattr(in_, TCSANOW, &raw);
  }
  write_all(out_, kEnter);
}

FullScreen::~FullScreen() {
  write_all(out_, kLeave);
  if (has_keys_) ::tcsetattr(in_, TCSAFLUSH, &before_);
}

FullScreen::Size FullScreen::size_of(int terminal) {
  winsize window{};
  if (::ioctl(terminal, TIOCGWINSZ, &window) != 0 || window.ws_col == 0 || window.ws_row == 0)
    return {};
  return {window.ws_col, window.ws_row};
}

// In one write, over what was there. What was longer is erased before a line is written: behind a
// line as wide as the screen the cursor still stands on its last character.
bool FullScreen::draw(const std::vector<std::string>& lines) {
  std::string frame = "\x1b[H";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool last = i + 1 == lines.size();
    frame += (last ? "\x1b[J" : "\x1b[K") + lines[i] + (last ? "" : "\r\n");
  }
  return write_all(out_, lines.empty() ? frame + "\x1b[J" : frame);
}

std::string FullScreen::keys() {
  char buffer[256];
  const auto size = ::read(in_, buffer, sizeof buffer);
  if (size <= 0) {
    has_keys_ = size < 0 && (errno == EINTR || errno == EAGAIN);
    return {};
  }
  return pressed_keys({buffer, static_cast<std::size_t>(size)});
}

}  // namespace jetmeter
