// Tells the lines of a log while another writes them: for who watches a run as it goes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace jetmeter {

class LogFollower {
 public:
  // Called on a thread of its own, one line at a time, without its newline.
  using Tell = std::function<void(std::string_view line)>;

  // `log` need not be there yet; one that is there is of an earlier run, and nothing is told of it.
  LogFollower(std::filesystem::path log, Tell tell);
  // What was written until now is told before this returns.
  ~LogFollower();
  LogFollower(const LogFollower&) = delete;
  LogFollower& operator=(const LogFollower&) = delete;

 private:
  void read_on();

  std::filesystem::path log_;
  Tell tell_;
  std::size_t read_ = 0;  // bytes
  std::string begun_;     // the line that has no newline yet
  std::jthread thread_;
};

// Whether a line of run.log says what a terminal was not told: no step, fact or warning. Pure.
bool only_in_log(std::string_view line);

}  // namespace jetmeter
