#include "cli/compare_ab.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "cli/ab_rounds.h"
#include "cli/bench_command.h"
#include "cli/child_run.h"
#include "cli/shell_split.h"
#include "cli/subcommand.h"
#include "cli/whole_file.h"

namespace jetmeter {
namespace {

using Seconds = std::chrono::duration<double>;

// What a run complained of last, else the last thing that it had to say, for a sentence of ours.
std::string last_words(const std::filesystem::path& log) {
  constexpr std::string_view kError = "error: ";
  const auto text = read_document(log).value_or("");
  std::string last, complaint;
  for (std::size_t from = 0; from < text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    if (end > from) last = text.substr(from, end - from);
    if (last.starts_with(kError)) complaint = last.substr(kError.size());
    from = end + 1;
  }
  return complaint.empty() ? last : complaint;
}

std::string how_it_ended(int status, const std::filesystem::path& log) {
  const auto how = WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                                       : fmt::format("exit code {}", WEXITSTATUS(status));
  const auto words = last_words(log);
  return words.empty() ? how : fmt::format("{}: {}", how, words);
}

bool has_exit_code(int status, ExitCode code) {
  return WIFEXITED(status) && WEXITSTATUS(status) == static_cast<int>(code);
}

// A gate of the run's own failed, and the run is complete.
bool is_complete(int status) {
  return has_exit_code(status, ExitCode::done) || has_exit_code(status, ExitCode::gate_failed);
}

Result<void> make_empty(const std::filesystem::path& out) {
  std::error_code error;
  if (std::filesystem::exists(out, error) && !std::filesystem::is_empty(out, error))
    return fail(
        fmt::format("cannot write the rounds into {}: it is not empty; name another place "
                    "with --out",
                    in_quotes(out.string())));
  std::filesystem::create_directories(out / "rounds", error);
  if (error)
    return fail(fmt::format("cannot write the rounds into {}: {}; name another place with --out",
                            in_quotes(out.string()), error.message()));
  return {};
}

// The ends of a socket over which two runs give each other the turn. High numbers: a worker's pipes
// have low ones.
class TurnSockets {
 public:
  TurnSockets() = default;
  TurnSockets(const TurnSockets&) = delete;
  TurnSockets& operator=(const TurnSockets&) = delete;
  ~TurnSockets() { close(); }

  // REQUIRES: two runs.
  Result<void> give_to(std::vector<ChildRun>& runs) {
    constexpr int kAboveAllPipes = 512;
    std::array<int, 2> low{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, low.data()) != 0)
      return fail(fmt::format("cannot make a socket: {}", std::strerror(errno)));
    for (std::size_t i = 0; i < 2; ++i) {
      ends_[i] = fcntl(low[i], F_DUPFD_CLOEXEC, kAboveAllPipes);
      ::close(low[i]);
      runs[i].keeps = ends_[i];
      runs[i].arguments.push_back(
          fmt::format("--take-turns={}:{}", ends_[i], i == 0 ? "first" : "second"));
    }
    if (std::ranges::min(ends_) < 0)
      return fail(fmt::format("cannot make a socket: {}", std::strerror(errno)));
    return {};
  }
  void close() {
    for (int& end : ends_)
      if (end >= 0) ::close(std::exchange(end, -1));
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

class AbRunner {
 public:
  AbRunner(const AbRequest& request, const CompareOptions& options, Terminal& terminal)
      : request_(request), terminal_(terminal), rounds_(options) {}

  Result<AbOutcome> run(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    words_ = {a, b};
    outcome_.in_turn = !request_.whole_runs && is_measured_in_turn(a) && is_measured_in_turn(b);
    const HeldSignals signals;
    began_ = std::chrono::steady_clock::now();
    for (int round = 0; round < request_.rounds && !outcome_.interrupted; ++round)
      if (auto ok = run_round(round, signals); !ok) return tl::make_unexpected(ok.error());
    if (rounds_.empty()) return std::move(outcome_);
    auto compared = rounds_.compared();
    if (!compared) return tl::make_unexpected(compared.error());
    outcome_.result = std::move(*compared);
    write_files();
    return std::move(outcome_);
  }

 private:
  using Sides = std::array<std::optional<ComparedRun>, 2>;

  Result<void> run_round(int round, const HeldSignals& signals) {
    Sides sides;
    if (outcome_.in_turn) {
      if (auto ok = run_sides(round, {ab_side(round, 0), ab_side(round, 1)}, sides, signals); !ok)
        return ok;
    } else {
      for (int place = 0; place < 2 && !outcome_.interrupted; ++place)
        if (auto ok = run_sides(round, {ab_side(round, place)}, sides, signals); !ok) return ok;
    }
    if (outcome_.interrupted) return {};
    if (!sides[0] || !sides[1]) {
      ++outcome_.failed;
      return {};
    }
    const bool is_first = rounds_.empty();
    const auto added = rounds_.add(round + 1, std::move(*sides[0]), std::move(*sides[1]));
    if (added || is_first) return added;  // refuses before the long wait
    terminal_.error(
        fmt::format("round {}: {}; its pair is left out", round + 1, added.error().what));
    ++outcome_.failed;
    return {};
  }

  std::filesystem::path folder_of(int round, char side) const {
    return request_.out / "rounds" / fmt::format("{:02}-{}", round + 1, side);
  }

  ChildRun child(int round, char side) const {
    const auto folder = folder_of(round, side);
    auto words = words_[side == 'a' ? 0 : 1];
    words.insert(words.end(), {"--out", folder.string()});
    return {std::move(words), folder.string() + ".log"};
  }

  // Of one side, or of both, the first of which has the first turn. Absent: it failed, and that was
  // told.
  Result<void> run_sides(int round, const std::vector<char>& which, Sides& sides,
                         const HeldSignals& signals) {
    std::vector<ChildRun> children;
    for (const char side : which) children.push_back(child(round, side));
    TurnSockets sockets;
    if (which.size() == 2)
      if (auto ok = sockets.give_to(children); !ok) return ok;
    const auto told = which.size() == 2 ? std::string("A and B")
                                        : std::string(1, static_cast<char>(std::toupper(which[0])));
    show(round, told);
    const auto ends = run_children(
        children, signals, [&] { sockets.close(); }, [&] { show(round, told); });
    if (!ends) return tl::make_unexpected(ends.error());
    for (std::size_t i = 0; i < which.size(); ++i) {
      auto run = result_of(round, which[i], (*ends)[i]);
      if (!run) return tl::make_unexpected(run.error());
      sides[which[i] == 'a' ? 0 : 1] = std::move(*run);
      ++done_;
    }
    return {};
  }

  Result<std::optional<ComparedRun>> result_of(int round, char side, const ChildEnd& end) {
    const auto folder = folder_of(round, side);
    const std::filesystem::path log = folder.string() + ".log";
    outcome_.interrupted = outcome_.interrupted || end.interrupted;
    if (end.interrupted || end.given_up) return std::optional<ComparedRun>();
    const auto name = static_cast<char>(std::toupper(side));
    if (has_exit_code(end.wait_status, ExitCode::wrong_request) && round == 0)
      return fail(fmt::format("{} is refused: {}", name, last_words(log)));
    auto run = read_compared_run(folder);
    const bool usable = run && is_complete(end.wait_status);
    if (!usable) {
      const auto why = is_complete(end.wait_status) && !run ? run.error().what
                                                            : how_it_ended(end.wait_status, log);
      terminal_.error(
          fmt::format("round {} of {} failed ({}); its pair is left out", round + 1, name, why));
      return std::optional<ComparedRun>();
    }
    run->name = side == 'a' ? request_.a : request_.b;
    return std::optional(std::move(*run));
  }

  void write_files() {
    const auto write = [&](const char* name, const std::string& text) {
      const auto written = write_whole(request_.out / name, text);
      if (written) return;
      terminal_.error(written.error().what);
      outcome_.unwritten = true;
    };
    write("compare.json", to_json(outcome_.result));
    write("compare.md", to_markdown(outcome_.result));
  }

  void show(int round, const std::string& sides) {
    const int total = 2 * request_.rounds;
    auto text = fmt::format("round {}/{} {}", round + 1, request_.rounds, sides);
    if (done_ > 0) {
      const Seconds elapsed = std::chrono::steady_clock::now() - began_;
      const double each = elapsed.count() / done_;
      const double left = std::max(0.0, each * total - elapsed.count());
      text += fmt::format("  {:.1f} runs a minute, {} left", 60 / each,
                          format_duration(std::chrono::round<std::chrono::seconds>(Seconds(left))));
    }
    terminal_.status(text);
  }

  const AbRequest& request_;
  Terminal& terminal_;
  std::array<std::vector<std::string>, 2> words_;
  AbRounds rounds_;
  AbOutcome outcome_;
  std::chrono::steady_clock::time_point began_{};
  int done_ = 0;
};

Result<std::vector<std::string>> checked_words(const std::string& side, const std::string& typed) {
  auto words = ab_words(side, typed);
  if (words && is_sweep(*words))
    return fail(
        fmt::format("--ab {}: {} is a sweep, and a round takes one run of it; name one model and "
                    "one value of each option",
                    side, in_quotes(typed)));
  return words;
}

}  // namespace

char ab_side(int round, int place) {
  return (round + place) % 2 == 0 ? 'a' : 'b';
}

Result<std::vector<std::string>> ab_words(const std::string& side, const std::string& typed) {
  auto words = shell_split(typed);
  if (!words) return fail(fmt::format("--ab {}: {}", side, words.error().what));
  if (!words->empty() && words->front() == "jetmeter") words->erase(words->begin());
  if (words->empty() || words->front().starts_with("-"))
    return fail(
        fmt::format("--ab {}: {} begins with no subcommand; write it as "
                    "'detect --model0 a.onnx --source clip.mp4'",
                    side, in_quotes(typed)));
  if (words->front() == "compare")
    return fail(fmt::format("--ab {}: a comparison of comparisons measures nothing", side));
  const auto names_a_place = [](const std::string& word) {
    return word == "--out" || word.starts_with("--out=") || word.starts_with("--output");
  };
  if (std::ranges::any_of(*words, names_a_place))
    return fail(
        fmt::format("--ab {}: leave --out away; every round gets a place of its own under "
                    "the --out of compare",
                    side));
  return words;
}

Result<AbOutcome> run_ab(const AbRequest& request, const CompareOptions& options,
                         Terminal& terminal) {
  const auto a = checked_words("A", request.a), b = checked_words("B", request.b);
  if (!a) return tl::make_unexpected(a.error());
  if (!b) return tl::make_unexpected(b.error());
  if (auto ok = make_empty(request.out); !ok) return tl::make_unexpected(ok.error());
  return AbRunner(request, options, terminal).run(*a, *b);
}

}  // namespace jetmeter
