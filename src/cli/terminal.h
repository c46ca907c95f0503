// What a person sees while a run goes on: steps, facts, warnings and a progress line. Results go
// to standard output, everything here to standard error.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "jetmeter/run.h"

namespace jetmeter {

class Terminal {
 public:
  struct Options {
    bool quiet = false;    // errors only
    bool verbose = false;  // details too
    bool color = true;     // where it is a terminal, and the environment allows them
  };
  Terminal();
  void configure(const Options&);

  bool color_on_stdout() const { return has_colors() && stdout_is_terminal_; }
  void step(int number, std::string_view what);
  void note(std::string_view text);
  void warn(const Warning&);
  bool verbose() const { return options_.verbose; }
  // What goes into the log of a run otherwise. Safe beside the others, from another thread.
  void detail(std::string_view text) const;
  void progress(const Progress&);
  // A line that the next one overwrites; only on a terminal.
  void status(std::string_view text);
  void error(std::string_view sentence);
  // Standard output.
  void print(std::string_view text);
  // Why some of it could not be written; empty: all was, or the reader wanted no more.
  const std::string& why_output_is_lost() const { return why_lost_; }

 private:
  struct Pace {
    std::string phase;
    std::chrono::steady_clock::time_point began;
    std::int64_t done = 0, total = 0;
  };
  bool has_colors() const { return options_.color && !colors_refused_; }
  void clear_line();
  std::string line() const;

  Options options_;
  bool stdout_is_terminal_ = false, stderr_is_terminal_ = false;  // that is not dumb
  bool colors_refused_ = false;
  bool line_shown_ = false;
  std::string why_lost_;
  std::chrono::steady_clock::time_point last_line_{};
  std::map<std::string, Pace, std::less<>> paces_;
};

// TERM says that escape sequences are only characters there.
bool is_dumb_terminal();
// NO_COLOR is set and not empty; see https://no-color.org.
bool are_colors_refused();

// "rgb 120/300 61.2 fps, 3 s left"; without a total, no time left.
std::string progress_text(const Progress&, std::chrono::duration<double> elapsed);

}  // namespace jetmeter
