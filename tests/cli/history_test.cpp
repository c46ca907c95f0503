// Runs go into the history by themselves and come out of it again.
#include <gmock/gmock.h>
#include <pty.h>
#include <sys/ioctl.h>

#include "jetmeter/record.h"
#include "support/postgres_server.h"
#include "support/program.h"
#include "support/reference_model.h"
#include "support/sample_record.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

Record record_of(int number, double p50) {
  auto record = sample_record();
  record.run.id = "run-" + std::to_string(number);
  record.run.started += std::chrono::hours(number);
  record.slots.resize(1);
  record.slots.front().latency_ms.p50 = p50;
  return record;
}

class History : public testing::Test {
 protected:
  // Three runs of 12, 10 and 15 ms.
  void fill(const std::string& db) {
    int number = 0;
    for (const double p50 : {12.0, 10.0, 15.0}) {
      const auto folder = "runs/" + std::to_string(++number);
      place_.write(folder + "/report.json", to_json(record_of(number, p50)));
      const auto added = run_program({"history", "add", folder, "--db", db}, place_);
      ASSERT_EQ(added.exit_code, 0) << added.err;
    }
  }
  ProgramResult ask(std::vector<std::string> words) {
    words.insert(words.begin(), "history");
    words.insert(words.end(), {"--db", "h.db"});
    return run_program(words, place_);
  }
  ProgramResult measure(const std::vector<std::string>& more,
                        const Program::Environment& environment = {}) {
    const auto model = place_.write("m.ref", ReferenceModel{}.text());
    std::vector<std::string> words{"detect",
                                   "--model0",
                                   model,
                                   "--model1",
                                   model,
                                   "--rgb-source",
                                   "synthetic=rgb",
                                   "--thermal-source",
                                   "synthetic=thermal",
                                   "--max-frames",
                                   "3",
                                   "--solo-frames",
                                   "0",
                                   "--format",
                                   "json"};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words, place_, environment);
  }
  Workplace place_;
};

TEST_F(History, ListsTheNewestFirst) {
  fill("h.db");
  const auto result = ask({});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, testing::StartsWith("run  started (UTC) "));
  EXPECT_EQ(count_lines(result.out), 4U);
  EXPECT_LT(result.out.find("15 ms"), result.out.find("10 ms"));
  const auto limited = nlohmann::json::parse(ask({"--limit", "1", "--format", "json"}).out);
  ASSERT_EQ(limited.at("rows").size(), 1U);
  EXPECT_EQ(limited.at("rows").at(0).at("run_id"), "run-3");
  EXPECT_EQ(limited.at("rows").at(0).at("metrics").at("latency_ms.p50"), 15.0);
  EXPECT_EQ(ask({"--model", "other*"}).out, "no run matches\n");
}

TEST_F(History, BestKnowsWhichWayIsBetter) {
  fill("h.db");
  const auto first = [&](const std::vector<std::string>& words) {
    const auto result = ask(words);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return nlohmann::json::parse(result.out).at("rows").at(0).at("run_id");
  };
  EXPECT_EQ(first({"best", "latency_ms.p50", "--format", "json"}), "run-2");
  EXPECT_EQ(first({"best", "latency_ms.p50", "--highest", "--format", "json"}), "run-3");
  const auto unknown = ask({"best", "detections.per_frame.mean"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("say --lowest or --highest"));
}

TEST_F(History, BestAndTrendKeepApartWhatMayNotBeCompared) {
  int number = 0;
  for (const auto& [rate, fps] : {std::pair{20.0, 20.0}, {40.0, 39.0}, {20.0, 19.0}}) {
    auto record = record_of(++number, 10.0);
    record.slots.front().load = LoadRecord{.scenario = "rate", .per_second = rate};
    record.slots.front().throughput_fps = fps;
    const auto folder = "runs/" + std::to_string(number);
    place_.write(folder + "/report.json", to_json(record));
    ASSERT_EQ(ask({"add", folder}).exit_code, 0);
  }
  const auto best = ask({"best", "throughput_fps"});
  ASSERT_EQ(best.exit_code, 0) << best.err;
  EXPECT_THAT(best.out, HasSubstr("2 groups that are not to be compared with each other: they "
                                  "differ in rate; filters choose one"));
  const auto rows =
      nlohmann::json::parse(ask({"best", "throughput_fps", "--format", "json", "--limit", "1"}).out)
          .at("rows");
  ASSERT_EQ(rows.size(), 2U) << "the best of each";
  EXPECT_EQ(rows.at(0).at("run_id"), "run-2");
  EXPECT_EQ(rows.at(1).at("run_id"), "run-1");
  EXPECT_NE(rows.at(0).at("group"), rows.at(1).at("group"));
  const auto one = ask({"best", "throughput_fps", "--rate", "20.0"});
  EXPECT_THAT(one.out, Not(HasSubstr("groups")));
  EXPECT_EQ(count_lines(one.out), 3U);
  EXPECT_THAT(ask({"trend", "throughput_fps"}).out, HasSubstr("rate 40:\n"));
  EXPECT_THAT(ask({"metrics"}).out, HasSubstr("load.unserved\n"));
}

TEST_F(History, ATrendIsATableWhereNobodyLooks) {
  fill("h.db");
  const auto result = ask({"trend", "latency_ms.p50"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(count_lines(result.out), 4U);
  EXPECT_LT(result.out.find("12 ms"), result.out.find("15 ms"));  // as time goes
}

TEST_F(History, ATrendIsAPictureOnATerminal) {
  fill("h.db");
  int terminal = -1;
  winsize size{24, 80, 0, 0};
  const auto pid = forkpty(&terminal, nullptr, nullptr, &size);
  if (pid == 0) {
    setenv("LC_ALL", "C.UTF-8", 1);
    const auto db = place_ / "h.db";
    execl(JM_PROGRAM, JM_PROGRAM, "history", "trend", "latency_ms.p50", "--db", db.c_str(),
          nullptr);
    _exit(127);
  }
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(terminal, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  close(terminal);
  waitpid(pid, nullptr, 0);
  EXPECT_THAT(text, HasSubstr("latency_ms.p50, 3 runs, median 12 ms"));
  EXPECT_THAT(text, HasSubstr("●"));
  EXPECT_THAT(text, HasSubstr("2026-01-31 13:00"));
}

TEST_F(History, ShowsAndExportsAndRemoves) {
  fill("h.db");
  EXPECT_EQ(ask({"show", "run-2", "--format", "json"}).out, to_json(record_of(2, 10.0)));
  EXPECT_THAT(ask({"show", "latest"}).out, HasSubstr("yolov8n.onnx"));
  const auto csv = ask({"export"});
  EXPECT_EQ(count_lines(csv.out), 4U);
  EXPECT_THAT(csv.out, HasSubstr(",latency_ms.p50,"));
  EXPECT_EQ(count_lines(ask({"export", "--format", "jsonl"}).out), 3U);
  EXPECT_THAT(ask({"metrics"}).out, HasSubstr("memory.peak_bytes\n"));
  EXPECT_EQ(ask({"remove", "run-2"}).exit_code, 0);
  const auto gone = ask({"show", "run-2"});
  EXPECT_EQ(gone.exit_code, 1);
  EXPECT_THAT(gone.err, HasSubstr("there is no run 'run-2'"));
}

struct WrongCall {
  std::string name;
  std::vector<std::string> words;
  std::string says;
};
class WrongHistory : public testing::TestWithParam<WrongCall> {};
TEST_P(WrongHistory, IsOneSentenceAndOne) {
  const Workplace place;
  place.write("text", "no database");
  place.write("folder/x", "");
  auto words = GetParam().words;
  words.insert(words.begin(), "history");
  const auto result = run_program(words, place);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr(GetParam().says));
  EXPECT_EQ(count_lines(result.err), 1U) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_FALSE(std::filesystem::exists(place.path() / ".data"));
}
INSTANTIATE_TEST_SUITE_P(
    Calls, WrongHistory,
    testing::Values(WrongCall{"None", {}, "it begins with the first run"},
                    WrongCall{"Action", {"lits"}, "lits"},
                    WrongCall{"ShowWhat", {"show"}, "needs a RUN"},
                    WrongCall{"TrendOfWhat", {"trend"}, "needs a METRIC"},
                    WrongCall{"ListOfWhat", {"list", "x"}, "takes no 'x'"},
                    WrongCall{"Csv", {"--format", "csv"}, "goes with 'jetmeter history export'"},
                    WrongCall{"Since", {"--since", "soon"}, "'soon' is no time"},
                    WrongCall{"Limit", {"--limit", "-1"}, "--limit"},
                    WrongCall{"Text", {"--db", "text"}, "is no SQLite database"},
                    WrongCall{"Folder", {"--db", "folder"}, "is a folder"},
                    WrongCall{"AddNothing", {"add", "nowhere"}, "there is no record"},
                    WrongCall{"Turned off", {"--db", "none"}, "turned off"}),
    [](const auto& test) {
      auto name = test.param.name;
      std::erase(name, ' ');
      return name;
    });

TEST_F(History, ARunGoesInByItself) {
  const auto result = measure({"--out", "run"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto kept = run_program({"history", "show", "latest", "--format", "json"}, place_);
  EXPECT_EQ(kept.out, slurp(place_ / "run/report.json"));
  const auto rows = nlohmann::json::parse(run_program({"history", "--format", "json"}, place_).out);
  ASSERT_EQ(rows.at("rows").size(), 2U);
  EXPECT_EQ(rows.at("rows").at(0).at("subcommand"), "detect");
}

TEST_F(History, ARunStaysOutOnRequest) {
  ASSERT_EQ(measure({"--history", "none"}).exit_code, 0);
  ASSERT_EQ(measure({}, {{"JETMETER_HISTORY", "none"}}).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(place_ / ".data"));
  ASSERT_EQ(measure({}, {{"JETMETER_HISTORY", "named.db"}}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(place_ / "named.db"));
}

TEST_F(History, AHistoryThatFailsIsToldAlsoToTheQuiet) {
  place_.write("text", "no database");
  const auto result = measure({"--history", "text", "--out", "run", "--quiet"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, testing::StartsWith("error: the history '"));
  EXPECT_EQ(count_lines(result.err), 1U) << result.err;
  EXPECT_THAT(result.err, HasSubstr("is no SQLite database"));
  EXPECT_THAT(result.err, HasSubstr("'jetmeter history add run' adds them later"));
  EXPECT_THAT(slurp(place_ / "run/run.log"), HasSubstr(" ERROR the history '"));
  EXPECT_EQ(slurp(place_ / "text"), "no database");
  EXPECT_EQ(read_json(place_ / "run/report.json").at("run").at("verdict"), "completed");
}

TEST_F(History, APasswordIsNeitherPrintedNorKept) {
  const auto url = std::string("postgresql://ann:hush-hush@127.0.0.1:1/db");
  const auto result = measure({"--history", url, "--out", "run"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("error: "));
  EXPECT_THAT(result.err + result.out, Not(HasSubstr("hush-hush")));
  for (const auto& file : std::filesystem::directory_iterator(place_ / "run"))
    EXPECT_THAT(slurp(file.path()), Not(HasSubstr("hush-hush")));
  EXPECT_THAT(slurp(place_ / "run/report.json"), HasSubstr("ann:***@127.0.0.1"));
}

TEST_F(History, ARunGoesToAServer) {
  if (const auto why = PostgresServer::missing()) GTEST_SKIP() << *why;
  const PostgresServer server;
  ASSERT_TRUE(server.started()) << server.log();
  const auto probe = run_program({"history", "--db", server.url()}, place_);
  if (probe.err.find("has no PostgreSQL") != std::string::npos) GTEST_SKIP() << probe.err;
  const auto result = measure({"--history", server.url()});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, Not(HasSubstr("the run was not added")));
  const auto trend = run_program({"history", "trend", "latency_ms.mean", "--slot", "rgb"}, place_,
                                 {{"JETMETER_HISTORY", server.url()}});
  EXPECT_EQ(trend.exit_code, 0) << trend.err;
  EXPECT_EQ(count_lines(trend.out), 2U) << trend.out;
}

}  // namespace
}  // namespace jetmeter
