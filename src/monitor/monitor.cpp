#include "jetmeter/monitor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "jetmeter/record.h"
#include "monitor/feed.h"
#include "monitor/full_screen.h"
#include "monitor/help_page.h"
#include "monitor/screen.h"
#include "monitor/stop_signals.h"
#include "monitor/view_json.h"

namespace jetmeter {
namespace {

Nanoseconds now() {
  return system_clock().monotonic();
}

// The machine that a run's record names, where the recording lies in a run's directory.
std::optional<Machine> machine_of_run(const std::filesystem::path& recording) {
  const auto file = recording.parent_path() / "report.json";
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
  const auto text = read_document(file);
  if (!text) return std::nullopt;
  auto record = record_from_json(*text);
  return record ? std::optional(std::move(record->machine)) : std::nullopt;
}

bool is_folder(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

Result<std::unique_ptr<Feed>> replay(const MonitorOptions& options, ReadingLog* log) {
  auto file = options.replay;
  if (is_folder(file)) {
    std::error_code error;
    if (std::filesystem::exists(file / "proc", error))
      return live_feed(Host{file}, options.interval, log);
    file /= "metrics.jsonl";
    if (!std::filesystem::exists(file, error))
      return fail(
          fmt::format("cannot replay {}: it holds neither metrics.jsonl, as a run does, nor "
                      "proc/, as a board does",
                      in_quotes(options.replay.string())));
  }
  auto recording = Recording::open(file);
  if (!recording) return tl::make_unexpected(recording.error());
  return replay_feed(
      std::move(*recording),
      {options.replay.string(), machine_of_run(file), options.speed, options.interval}, log);
}

Result<void> check(const MonitorOptions& options) {
  if (options.interval < MonitorOptions::kShortestInterval)
    return fail(fmt::format("--interval {} is too short; 100ms is the least",
                            format_duration(options.interval)));
  if (!(options.speed > 0)) return fail("--speed needs a number above 0");
  if (options.duration && *options.duration <= Nanoseconds(0))
    return fail("--duration needs a time above 0");
  if (options.json && !options.once) return fail("--format json goes with --once");
  return {};
}

class Viewer {
 public:
  Viewer(const MonitorOptions& options, const MonitorOutput& output, Feed& feed, ReadingLog* log)
      : options_(options), output_(output), feed_(feed), log_(log) {}

  // Waits as a person at a screen would, without one.
  void wait_through() {
    const auto begin = now();
    auto left = [&] {
      return options_.duration ? *options_.duration - (now() - begin) : Nanoseconds::max();
    };
    for (auto last = now(); !signals_.stopped() && left() > Nanoseconds(0);) {
      signals_.wait(std::min(left(), feed_.interval()));
      const auto at = now();
      feed_.advance(at - last);
      last = at;
    }
  }

  void print_once() {
    constexpr Nanoseconds kMoment = std::chrono::milliseconds(500);
    if (options_.replay.empty() || is_folder(options_.replay)) {
      const auto until = now() + std::min(options_.interval, kMoment);
      while (!signals_.stopped() && now() < until) signals_.wait(until - now());
    }
    feed_.finish();
    print();
  }

  void print() {
    refresh();
    if (options_.json) {
      output_.print(view_as_json(view_));
      return;
    }
    const auto width = FullScreen::size_of(STDOUT_FILENO).width;
    for (const auto& line : render_screen(view_, {width, 0, options_.ascii, options_.color, false}))
      output_.print(line + "\n");
  }

  void follow() {
    FullScreen screen(STDIN_FILENO, STDOUT_FILENO);
    const auto end = options_.duration ? now() + *options_.duration : Nanoseconds::max();
    auto last = now(), due = last;
    bool quit = false;
    while (!quit && !signals_.stopped() && now() < end) {
      const auto at = now();
      if (!view_.paused) feed_.advance(at - last);
      last = at;
      if (at >= due) {
        if (!view_.paused) refresh();
        due = at + std::min(feed_.interval(), kLongestStep);
      }
      if (!draw(screen)) return;
      if (signals_.wait(std::min(due, end) - now(), screen.keys_from()))
        quit = obey(screen.keys(), due);
    }
  }

 private:
  static constexpr Nanoseconds kLongestStep = std::chrono::seconds(1);

  void refresh() {
    feed_.show(view_);
    if (log_) view_.message = log_->trouble();
  }

  ScreenOptions window() const {
    const auto size = FullScreen::size_of(STDOUT_FILENO);
    return {size.width, size.height, options_.ascii, options_.color, true};
  }

  bool draw(FullScreen& screen) { return screen.draw(render_screen(view_, window())); }

  void turn_help() {
    view_.help = !view_.help;
    view_.scroll = 0;
  }

  // True when it is to end. What changes the picture makes the next one due.
  bool obey(const std::string& keys, Nanoseconds& due) {
    for (const char key : keys) {
      if (key == 'q' || key == 'Q' || key == '\x1b' || key == '\x03') return true;
      if (view_.help && scrolls(key)) {
        view_.scroll = scrolled(view_.scroll, key, help_extent(view_, window()));
        continue;
      }
      if (key == 'p' || key == ' ') view_.paused = !view_.paused;
      if (key == 'h' || key == '?') turn_help();
      if (key != '+' && key != '-') continue;
      feed_.change_pace(key == '+');
      due = now();
    }
    return false;
  }

  const MonitorOptions& options_;
  const MonitorOutput& output_;
  Feed& feed_;
  ReadingLog* log_;
  StopSignals signals_;
  MonitorView view_;
};

MonitorOutcome end_log(ReadingLog& log, const MonitorOptions& options,
                       const MonitorOutput& output) {
  log.finish();
  MonitorOutcome outcome{log.failure()};
  const auto trouble = log.trouble();
  if (!trouble.empty() && outcome.unwritten.empty()) output.note(trouble);
  output.note(fmt::format("{} lines in {}", log.lines(), in_quotes(options.log.string())));
  return outcome;
}

}  // namespace

Result<MonitorOutcome> run_monitor(const MonitorOptions& options, const MonitorOutput& output) {
  if (auto sound = check(options); !sound) return tl::make_unexpected(sound.error());
  std::unique_ptr<ReadingLog> log;
  if (!options.log.empty()) {
    auto opened = ReadingLog::open(options.log);
    if (!opened) return tl::make_unexpected(opened.error());
    log = std::move(*opened);
  }
  auto feed =
      options.replay.empty()
          ? Result<std::unique_ptr<Feed>>(live_feed(options.host, options.interval, log.get()))
          : replay(options, log.get());
  if (!feed) return tl::make_unexpected(feed.error());
  {
    Viewer viewer(options, output, **feed, log.get());
    const bool headless = !options.full_screen && (log || options.duration);
    if (options.once || (!options.full_screen && !headless)) {
      viewer.print_once();
    } else if (options.full_screen) {
      viewer.follow();
    } else {
      viewer.wait_through();
      viewer.print();
    }
  }
  feed->reset();
  return log ? end_log(*log, options, output) : MonitorOutcome{};
}

}  // namespace jetmeter
