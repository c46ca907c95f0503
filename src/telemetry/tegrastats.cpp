#include "jetmeter/tegrastats.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "telemetry/child_output.h"
#include "telemetry/newest_line.h"
#include "telemetry/tegrastats_channels.h"
#include "telemetry/tegrastats_source.h"

namespace jetmeter {
namespace {

constexpr std::string_view kProgram = "/usr/bin/tegrastats";
constexpr std::size_t kLongestLine = std::size_t{16} * 1024;  // real ones have less than 1 KiB
// A pipe holds 64 KiB. A child that prints faster than we read must not keep us.
constexpr int kPiecesPerReading = 8;
constexpr int kIntervalsUntilOld = 3;

std::string called(const Host& host) {
  return in_quotes(host.path(kProgram).string());
}

Result<ChildOutput> start(const Host& host, Nanoseconds interval) {
  const auto program = host.path(kProgram);
  std::error_code error;
  if (!std::filesystem::is_regular_file(program, error))
    return fail("no program " + called(host) + "; it comes with JetPack");
  if (::access(program.c_str(), X_OK) != 0) return fail(called(host) + " may not be run");
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(interval).count();
  return ChildOutput::start(program, {"--interval", std::to_string(milliseconds)});
}

class Tegrastats : public Source {
 public:
  Tegrastats(Host host, ChildOutput child, const TegrastatsOptions& options)
      : host_(std::move(host)), child_(std::move(child)), lines_(kLongestLine), options_(options) {}

  // Waits for the first line, which tells what channels there are.
  Result<void> learn() {
    using Steady = std::chrono::steady_clock;
    const auto deadline = Steady::now() + options_.first_line_within;
    while (channels_.empty()) {
      take([&](const TegrastatsLine& line) {
        fields_.emplace(line);
        const auto known = fields_->channels();
        channels_.assign(known.begin(), known.end());
        channels_.push_back({"tegrastats.unknown_tokens", Unit::count});
        latest_.resize(known.size());
        fields_->fill(line, latest_);
      });
      if (!channels_.empty()) break;
      if (closed_ || child_->has_ended())
        return fail("it ended before it printed a line (" + how_it_ended() + ")");
      const Nanoseconds left = deadline - Steady::now();
      if (left <= Nanoseconds(0))
        return fail("no line that can be understood came within " +
                    format_duration(options_.first_line_within));
      child_->wait(left);
    }
    return {};
  }

  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    take([&](const TegrastatsLine& line) { fields_->fill(line, latest_); });
    note_cpu_time();
    std::fill(out.begin(), out.end(), std::nullopt);
    if (!answers()) return;
    std::copy(latest_.begin(), latest_.end(), out.begin());
    out.back() = static_cast<double>(unknown_.count);
  }

  const UnknownWords* unknown_words() const override { return &unknown_; }

  Nanoseconds cpu_time_of_programs() const override { return cpu_time_before_ + cpu_time_; }

  bool suspend() override {
    note_cpu_time();
    child_->end();
    closed_ = true;
    came_at_.reset();
    return true;
  }

  // One that a driver holds is not joined by a second.
  Result<void> resume() override {
    if (!child_->end()) return fail(called(host_) + " was killed and has not ended yet");
    auto child = start(host_, options_.interval);
    if (!child) return tl::make_unexpected(child.error());
    child_.emplace(std::move(*child));
    cpu_time_before_ += std::exchange(cpu_time_, Nanoseconds{0});
    lines_ = NewestLine(kLongestLine);
    closed_ = false;
    return {};
  }

 private:
  bool answers() const {
    return came_at_ && !closed_ && !child_->has_ended() &&
           options_.clock->monotonic() - *came_at_ <= kIntervalsUntilOld * options_.interval;
  }

  void note_cpu_time() { cpu_time_ = child_->cpu_time().value_or(cpu_time_); }

  // Calls `use` with the newest line of every piece that has come.
  template <typename Use>
  void take(Use use) {
    for (int piece = 0; piece < kPiecesPerReading && !closed_; ++piece) {
      const auto size = child_->read(lines_.room());
      closed_ = !size;
      if (!size || *size == 0) return;
      lines_.advance(*size, [&](std::string_view text) {
        if (!parse_tegrastats(text, line_)) return false;
        use(line_);
        unknown_.add(line_.unknown, line_.unknown_count);
        came_at_ = options_.clock->monotonic();
        return true;
      });
    }
  }

  // A program that ends closes its output first.
  std::string how_it_ended() const {
    const auto end = child_->how_it_ended(std::chrono::milliseconds(100));
    return end.empty() ? "it closed its output" : end;
  }

  Host host_;
  std::optional<ChildOutput> child_;  // always there; optional, so that another can take its place
  NewestLine lines_;
  TegrastatsOptions options_;
  TegrastatsLine line_;
  std::optional<TegrastatsChannels> fields_;
  std::vector<Channel> channels_;
  std::vector<std::optional<double>> latest_;     // all but the last channel
  std::optional<Nanoseconds> came_at_;            // the newest line, of the program that runs now
  Nanoseconds cpu_time_{0}, cpu_time_before_{0};  // of this child; of those before it
  UnknownWords unknown_;
  bool closed_ = false;
};

Result<std::unique_ptr<Source>> open(const Host& host) {
  return open_tegrastats(host, {});
}

}  // namespace

Result<std::unique_ptr<Source>> open_tegrastats(const Host& host,
                                                const TegrastatsOptions& options) {
  auto child = start(host, options.interval);
  if (!child) return tl::make_unexpected(child.error());
  auto source = std::make_unique<Tegrastats>(host, std::move(*child), options);
  if (const auto learned = source->learn(); !learned)
    return fail(called(host) + ": " + learned.error().what);
  return source;
}

extern const SourceKind tegrastats_source{
    "tegrastats", "what NVIDIA's tegrastats says, once a second, from a child process", open,
    std::chrono::seconds(1)};

}  // namespace jetmeter
