// Starts the real program and keeps what it wrote.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace jetmeter {

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

// A directory of this test's own, gone when it ends.
class Workplace {
 public:
  Workplace()
      : path_(std::filesystem::path(testing::TempDir()) /
              ("jetmeter_test_" + std::to_string(getpid()) + "_" + std::to_string(next_++))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Workplace() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return *this / name;
  }

 private:
  inline static std::atomic<int> next_{0};
  std::filesystem::path path_;
};

struct ProgramResult {
  int exit_code = -1;  // 128 + n when signal n ended it
  std::string out, err;
};

// Where the started programs keep what is measured once per machine.
inline std::string test_cache() {
  return testing::TempDir() + "jetmeter_test_cache";
}

// A started program; wait() for its end, or be killed.
class Program {
 public:
  using Environment = std::vector<std::pair<std::string, std::string>>;
  Program(const std::vector<std::string>& arguments, const Workplace& place,
          const Environment& environment = {})
      : out_(place / "stdout.txt"), err_(place / "stderr.txt") {
    std::vector<std::string> words{JM_PROGRAM};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const auto folder = place.path().string();
    pid_ = fork();
    if (pid_ == 0) {
      const int out = open(out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
      const int err = open(err_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
      // What is measured once per machine is measured once per test run, and not in anyone's home.
      setenv("XDG_CACHE_HOME", test_cache().c_str(), 1);
      // Runs are remembered beside the test's own files.
      unsetenv("JETMETER_HISTORY");
      setenv("XDG_DATA_HOME", (folder + "/.data").c_str(), 1);
      for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
      // A sanitizer would turn the faults that these tests are about into exit codes.
      setenv("ASAN_OPTIONS", "handle_segv=0:handle_sigfpe=0", 0);
      setenv("TSAN_OPTIONS", "handle_segv=0:handle_sigfpe=0", 0);
      dup2(out, STDOUT_FILENO);
      dup2(err, STDERR_FILENO);
      if (chdir(folder.c_str()) == 0) execv(argv[0], argv.data());
      _exit(127);
    }
  }
  ~Program() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  bool running() const {
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid == 0;
  }
  void signal(int number) const { kill(pid_, number); }
  ProgramResult wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    const int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return {code, slurp(out_), slurp(err_)};
  }

 private:
  pid_t pid_ = -1;
  std::string out_, err_;
};

inline ProgramResult run_program(const std::vector<std::string>& arguments, const Workplace& place,
                                 const Program::Environment& environment = {}) {
  return Program(arguments, place, environment).wait();
}

// Waits, for at most two minutes, until the condition holds.
template <typename Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

inline nlohmann::json read_json(const std::filesystem::path& path) {
  return nlohmann::json::parse(slurp(path));
}

// One value per line. A line that is not whole JSON is a failure of the file's promise.
inline std::vector<nlohmann::json> read_json_lines(const std::filesystem::path& path) {
  std::vector<nlohmann::json> values;
  std::istringstream lines(slurp(path));
  for (std::string line; std::getline(lines, line);) values.push_back(nlohmann::json::parse(line));
  return values;
}

inline std::size_t count_lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace jetmeter
