// A real PostgreSQL server of a test's own, from Debian's package: in a temporary directory, on a
// Unix socket there and nowhere else. It ends with this object, or with the test's process.
#pragma once

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace jetmeter {

class PostgresServer {
 public:
  static constexpr const char* kPassword = "s3cret-of-the-test";

  // Why there can be none on this machine; absent when there can.
  static std::optional<std::string> missing() {
    if (programs().empty()) return "no PostgreSQL server is installed (Debian: postgresql)";
    if (::geteuid() == 0 && !ordinary_user())
      return "PostgreSQL refuses to run as root, and there is neither 'postgres' nor 'nobody'";
    return std::nullopt;
  }

  // REQUIRES: !missing(). Whether it is up: started().
  PostgresServer() {
    char pattern[] = "/tmp/jm_pg_XXXXXX";  // short: a socket's path has 107 bytes
    folder_ = ::mkdtemp(pattern);
    std::ofstream(folder_ / "password") << kPassword << '\n';
    give_away(folder_);
    give_away(folder_ / "password");
    const auto made = start({"initdb", "--pgdata=" + data(), "--username=jetmeter",
                             "--auth=scram-sha-256", "--pwfile=" + (folder_ / "password").string(),
                             "--no-sync", "--encoding=UTF8", "--no-locale"});
    if (made > 0 && ended_well(made)) resume();
  }
  ~PostgresServer() {
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  bool started() const { return ready_; }
  // What initdb and the server wrote.
  std::string log() const {
    std::ostringstream text;
    text << std::ifstream(folder_ / "log").rdbuf();
    return text.str();
  }
  pid_t pid() const { return pid_; }
  const std::filesystem::path& folder() const { return folder_; }
  std::string url(const std::string& password = kPassword) const {
    return "postgresql://jetmeter:" + password + "@/postgres?host=" + folder_.string();
  }

  // Every connection is cut.
  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGCONT);
    ::kill(pid_, SIGQUIT);
    if (!ends_within(std::chrono::seconds(20))) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    pid_ = -1;
    ready_ = false;
  }
  // Starts it again over the same data.
  void resume() {
    std::error_code ignored;
    std::filesystem::remove(folder_ / "data" / "postmaster.pid", ignored);
    pid_ = start({"postgres", "-D", data(), "-k", folder_.string(), "-c", "listen_addresses=", "-c",
                  "fsync=off", "-c", "shared_buffers=16MB", "-c", "max_connections=40", "-c",
                  "unix_socket_permissions=0777"});
    ready_ = pid_ > 0 && becomes_ready();
  }

 private:
  static std::filesystem::path programs() {
    std::vector<std::filesystem::path> found;
    std::error_code none;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none))
      if (std::filesystem::exists(version.path() / "bin" / "postgres", none) &&
          std::filesystem::exists(version.path() / "bin" / "initdb", none))
        found.push_back(version.path() / "bin");
    return found.empty() ? std::filesystem::path() : *std::max_element(found.begin(), found.end());
  }

  static const passwd* ordinary_user() {
    const auto* user = ::getpwnam("postgres");
    return user ? user : ::getpwnam("nobody");
  }

  std::string data() const { return (folder_ / "data").string(); }

  static void give_away(const std::filesystem::path& path) {
    if (::geteuid() != 0) return;
    const auto* user = ordinary_user();
    if (::chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) std::abort();
    // The test's own user looks into the folder, and connects to the socket in it.
    if (std::filesystem::is_directory(path)) ::chmod(path.c_str(), 0755);
  }

  pid_t start(const std::vector<std::string>& words) const {
    const auto program = programs() / words.front();
    std::vector<char*> arguments;
    for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const auto* user = ::geteuid() == 0 ? ordinary_user() : nullptr;
    const auto parent = ::getpid();
    const auto pid = ::fork();
    if (pid != 0) return pid;
    if (user && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 ||
                 ::setuid(user->pw_uid) != 0))
      ::_exit(126);
    // After setuid, which forgets it. A test that is killed leaves no server behind.
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (::getppid() != parent) ::_exit(125);
    if (!std::freopen((folder_ / "log").c_str(), "a", stdout)) ::_exit(124);
    ::dup2(STDOUT_FILENO, STDERR_FILENO);
    if (::chdir(folder_.c_str()) == 0) ::execv(program.c_str(), arguments.data());
    ::_exit(127);
  }

  static bool ended_well(pid_t pid) {
    int status = 0;
    return ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  bool ends_within(std::chrono::seconds limit) const {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < end) {
      if (::waitpid(pid_, nullptr, WNOHANG) == pid_) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  // The last line of postmaster.pid tells, as pg_ctl reads it.
  bool becomes_ready() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < end) {
      std::ostringstream text;
      text << std::ifstream(folder_ / "data" / "postmaster.pid").rdbuf();
      if (text.str().find("\nready") != std::string::npos) return true;
      if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
        pid_ = -1;
        return false;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  std::filesystem::path folder_;
  pid_t pid_ = -1;
  bool ready_ = false;
};

}  // namespace jetmeter
