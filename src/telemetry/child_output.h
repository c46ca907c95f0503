// A program that runs beside us, and the text that it prints.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/core.h"

namespace jetmeter {

// The program leads a process group of its own, reads nothing, has its complaints thrown away, and
// is killed with the thread that started it. Its group is killed when this goes.
class ChildOutput {
 public:
  static Result<ChildOutput> start(const std::filesystem::path& program,
                                   const std::vector<std::string>& arguments);
  ~ChildOutput();
  ChildOutput(ChildOutput&&) noexcept;
  ChildOutput& operator=(ChildOutput&&) = delete;

  pid_t pid() const { return pid_; }
  // What it has printed, at most `buffer`, without waiting: 0 when there is nothing now. Absent
  // when there will be no more.
  std::optional<std::size_t> read(std::span<char> buffer);
  // Returns when there is something to read, or an end of it, or after `limit`.
  void wait(Nanoseconds limit) const;
  // Whether it has exited or been killed, whoever may hold the other end of the pipe still.
  bool has_ended() const;
  // That it has taken itself, what it starts left out. Absent where the kernel does not tell, and
  // once end() was true.
  std::optional<Nanoseconds> cpu_time() const;
  // Kills its group and lets go of what it prints, without waiting. False as long as it is not
  // dead, which a driver that hangs can put off: to be asked again. Once true there is nothing to
  // be asked any more.
  bool end();
  // "exit code 3", "signal 9"; empty when it still runs after `limit`.
  std::string how_it_ended(Nanoseconds limit) const;

 private:
  ChildOutput(pid_t pid, int descriptor) : pid_(pid), descriptor_(descriptor) {}

  pid_t pid_ = -1;
  int descriptor_ = -1;
};

}  // namespace jetmeter
