#include "cli/log_follower.h"

#include <chrono>
#include <fstream>
#include <iterator>
#include <utility>

namespace jetmeter {
namespace {

constexpr auto kBetweenLooks = std::chrono::milliseconds(100);
constexpr std::string_view kTime = "2026-01-31T12:00:00.000000Z ";

// The text behind the time; a line that a runtime wrote has none.
std::string_view without_time(std::string_view line) {
  const bool has_time = line.size() >= kTime.size() && line[10] == kTime[10] &&
                        line.substr(kTime.size() - 2, 2) == kTime.substr(kTime.size() - 2);
  return has_time ? line.substr(kTime.size()) : line;
}

}  // namespace

bool only_in_log(std::string_view line) {
  const auto text = without_time(line);
  const bool is_step = text.size() > 5 && text[0] == '[' && text.substr(2, 3) == "/7]";
  const bool is_fact = text.size() < line.size() && text.starts_with("      ");
  return !is_step && !is_fact && !text.starts_with("WARNING ");
}

LogFollower::LogFollower(std::filesystem::path log, Tell tell)
    : log_(std::move(log)), tell_(std::move(tell)) {
  std::error_code error;
  if (std::filesystem::exists(log_, error)) return;
  thread_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(kBetweenLooks);
      read_on();
    }
  });
}

LogFollower::~LogFollower() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  read_on();
  if (!begun_.empty()) tell_(begun_);
}

void LogFollower::read_on() {
  std::ifstream in(log_, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(read_));
  const std::string more(std::istreambuf_iterator<char>(in), {});
  read_ += more.size();
  begun_ += more;
  std::size_t begin = 0;
  for (auto end = begun_.find('\n'); end != std::string::npos; end = begun_.find('\n', begin)) {
    tell_(std::string_view(begun_).substr(begin, end - begin));
    begin = end + 1;
  }
  begun_.erase(0, begin);
}

}  // namespace jetmeter
