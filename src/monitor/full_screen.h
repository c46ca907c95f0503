// A terminal that belongs to one program for a while: another screen, no cursor, keys as they are
// pressed. The end of the object gives it back as it was.
#pragma once

#include <termios.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace jetmeter {

class FullScreen {
 public:
  // Descriptors of the terminal; where `in` is none, no keys come.
  FullScreen(int in, int out);
  ~FullScreen();
  FullScreen(const FullScreen&) = delete;
  FullScreen& operator=(const FullScreen&) = delete;

  struct Size {
    std::size_t width = 80, height = 24;
  };
  static Size size_of(int terminal);  // 80 x 24 where it does not tell
  // False when the terminal has gone.
  bool draw(const std::vector<std::string>& lines);
  // -1 when no keys can come.
  int keys_from() const { return has_keys_ ? in_ : -1; }
  // The keys that were pressed, as pressed_keys() has them.
  std::string keys();

 private:
  int in_, out_;
  bool has_keys_ = false;
  termios before_{};
};

// One character per key of what a terminal sent: itself; arrows and page keys as the keys of less
// that do the same, "k", "j", "b" and "f"; other keys that send a sequence are none. Escape alone
// is '\x1b'.
std::string pressed_keys(std::string_view sent);

}  // namespace jetmeter
