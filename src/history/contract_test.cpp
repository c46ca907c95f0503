// What every place of a history keeps to.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "history/schema.h"
#include "history/store_kind.h"
#include "history/test_records.h"
#include "support/postgres_server.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const StoreKind* kind_named(std::string_view name) {
  const auto found = std::ranges::find(store_kinds(), name, &StoreKind::name);
  return found == store_kinds().end() ? nullptr : *found;
}

class EveryHistory : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    kind_ = kind_named(GetParam());
    if (!kind_) GTEST_SKIP() << "this build has no " << GetParam();
    if (!kind_->is_server) {
      place_.where = (folder_.path() / "history.db").string();
      return;
    }
    if (const auto why = PostgresServer::missing()) GTEST_SKIP() << *why;
    server_ = std::make_unique<PostgresServer>();
    ASSERT_TRUE(server_->started()) << server_->log();
    place_.where = server_->url();
  }

  std::unique_ptr<HistoryStore> open() const {
    auto store = open_history(place_);
    EXPECT_TRUE(store) << store.error().what;
    return store ? std::move(*store) : nullptr;
  }

  // Runs `work` in so many processes at once, which begin together; the number that came back
  // with success.
  template <typename Work>
  static int in_processes(int count, Work work) {
    int start[2];
    EXPECT_EQ(::pipe(start), 0);
    std::vector<pid_t> children;
    for (int i = 0; i < count; ++i) {
      const auto pid = ::fork();
      if (pid == 0) {
        ::close(start[1]);
        char byte = 0;
        if (::read(start[0], &byte, 1) < 0) ::_exit(2);
        ::_exit(work(i) ? 0 : 1);
      }
      children.push_back(pid);
    }
    ::close(start[0]);
    ::close(start[1]);  // all of them read the end at once
    int good = 0;
    for (const auto pid : children) {
      int status = 0;
      ::waitpid(pid, &status, 0);
      good += WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    return good;
  }

  const StoreKind* kind_ = nullptr;
  HistoryPlace place_;
  TempDir folder_;
  std::unique_ptr<PostgresServer> server_;
};

std::vector<std::string> ids(const Result<std::vector<HistoryRow>>& rows) {
  std::vector<std::string> found;
  if (!rows) return {rows.error().what};
  for (const auto& row : *rows) found.push_back(row.run_id + "/" + row.slot);
  return found;
}

TEST_P(EveryHistory, KeepsARunWhole) {
  const auto record = sample_record();
  const auto added = open()->add(record, "orin-3");
  ASSERT_TRUE(added) << added.error().what;
  const auto store = open();
  EXPECT_EQ(store->schema_version(), kHistorySchema);
  EXPECT_EQ(store->record_json(std::to_string(*added)), to_json(record));
  const auto rows = store->rows({});
  ASSERT_EQ(rows->size(), 2U);
  const auto& row = rows->front();
  EXPECT_EQ(row.id, *added);
  EXPECT_EQ(row.run_id, "2026-01-31T12-00-00Z");
  EXPECT_EQ(row.host, "orin-3");
  EXPECT_EQ(row.started, record.run.started);
  EXPECT_EQ(row.subcommand, "detect");
  EXPECT_EQ(row.verdict, "completed");
  EXPECT_EQ(row.slot, "rgb");
  EXPECT_EQ(row.status, "completed");
  EXPECT_EQ(row.model, "yolov8n.onnx");
  EXPECT_EQ(row.model_sha256, std::string(64, 'a'));
  EXPECT_EQ(row.backend, "onnxruntime");
  EXPECT_EQ(row.backend_version, "1.23.2");
  EXPECT_EQ(row.device, "cpu");
  EXPECT_EQ(row.precision, "fp32");
  EXPECT_EQ(row.board, "Jetson Orin Nano 8GB Super");
  EXPECT_EQ(row.power_mode, "25W");
  EXPECT_EQ(row.tool_version, "0.1.0");
  EXPECT_EQ(row.frames, 400);
  EXPECT_EQ(rows->back().slot, "thermal");
  for (const auto& [name, value] : metrics_of(record.slots[0])) {
    const auto values = store->metric(name, {.slot = "rgb"});
    ASSERT_EQ(values->size(), 1U) << name;
    EXPECT_EQ(values->front().value, value) << name;
    EXPECT_EQ(values->front().row.id, *added);
  }
}

TEST_P(EveryHistory, NamesItsMetrics) {
  const auto store = open();
  EXPECT_THAT(*store->metric_names(), IsEmpty());
  ASSERT_TRUE(store->add(run_number(1), "a"));
  const auto names = *store->metric_names();
  EXPECT_TRUE(std::ranges::is_sorted(names));
  EXPECT_THAT(names, testing::Contains("latency_ms.p50"));
  EXPECT_THAT(names, testing::Contains("stages_ms.infer.p99"));
  EXPECT_THAT(*store->metric("no.such.metric", {}), IsEmpty());
}

TEST_P(EveryHistory, ARunWithoutASlotIsStillListed) {
  auto record = run_number(1);
  record.slots.clear();
  const auto store = open();
  ASSERT_TRUE(store->add(record, "a"));
  EXPECT_THAT(ids(store->rows({})), ElementsAre("run-1/"));
  EXPECT_THAT(ids(store->rows({.slot = "rgb"})), IsEmpty());
}

TEST_P(EveryHistory, TheSameRunTakesItsOwnPlace) {
  const auto store = open();
  const auto first = store->add(run_of(1, 0, 10.0), "a");
  const auto again = store->add(run_of(1, 0, 20.0), "a");
  ASSERT_TRUE(first && again);
  EXPECT_EQ(*first, *again);
  ASSERT_EQ(store->metric("latency_ms.p50", {})->size(), 1U);
  EXPECT_EQ(store->metric("latency_ms.p50", {})->front().value, 20.0);
  EXPECT_NE(*store->add(run_of(1, 0, 20.0), "b"), *first);  // another machine's
  EXPECT_NE(*store->add(run_of(1, 1, 20.0), "a"), *first);  // another start
  EXPECT_EQ(store->rows({})->size(), 3U);
}

TEST_P(EveryHistory, NewestFirstWhateverTheOrderOfWriting) {
  const auto store = open();
  for (const int number : {2, 3, 1}) ASSERT_TRUE(store->add(run_of(number, number, 10), "a"));
  EXPECT_THAT(ids(store->rows({})), ElementsAre("run-3/rgb", "run-2/rgb", "run-1/rgb"));
  EXPECT_THAT(ids(store->rows({.limit = 2})), ElementsAre("run-3/rgb", "run-2/rgb"));
  const auto start = run_of(2, 2, 10).run.started;
  HistoryFilter filter;
  filter.since = start;
  EXPECT_THAT(ids(store->rows(filter)), ElementsAre("run-3/rgb", "run-2/rgb"));
  filter.until = start;
  EXPECT_THAT(ids(store->rows(filter)), ElementsAre("run-2/rgb"));
  const auto values = store->metric("latency_ms.p50", filter);
  ASSERT_EQ(values->size(), 1U);
  EXPECT_EQ(values->front().row.run_id, "run-2");
}

TEST_P(EveryHistory, FiltersByEveryText) {
  const auto store = open();
  ASSERT_TRUE(store->add(run_number(1), "orin-1"));
  EXPECT_EQ(store->rows({.model = "yolov8n.onnx"})->size(), 1U);
  for (const HistoryFilter& both : {HistoryFilter{.backend = "onnx*"},
                                    {.precision = "fp32"},
                                    {.board = "*Orin Nano*"},
                                    {.power_mode = "25W"},
                                    {.subcommand = "detect"},
                                    {.host = "orin-*"},
                                    {.verdict = "c*d"}})
    EXPECT_EQ(store->rows(both)->size(), 2U);
  for (const HistoryFilter& none : {HistoryFilter{.model = "yolov8n"},
                                    {.model = "YOLOV8N.ONNX"},
                                    {.backend = "onnx"},
                                    {.precision = "fp16"},
                                    {.board = "Orin"},
                                    {.power_mode = "15W"},
                                    {.slot = "RGB"},
                                    {.subcommand = "bench"},
                                    {.host = "orin"},
                                    {.verdict = "failed"}})
    EXPECT_EQ(store->rows(none)->size(), 0U);
}

// What is a wildcard to one of the databases is a letter to us.
TEST_P(EveryHistory, OnlyAStarIsAWildcard) {
  const auto store = open();
  for (const auto* host : {"a%b", "a_b", "a?b", "a[c]b", "a\\b", "axb"})
    ASSERT_TRUE(store->add(run_of(1, 0, 10), host));
  for (const auto* host : {"a%b*", "a_b*", "a?b*", "a[c]b*", "a\\b*", "*xb"})
    EXPECT_EQ(store->rows({.host = host})->size(), 1U) << host;
  EXPECT_EQ(store->rows({.host = "a*b"})->size(), 6U);
  EXPECT_EQ(store->rows({.host = "A*"})->size(), 0U);
  EXPECT_EQ(store->rows({.host = "' OR 1=1 --"})->size(), 0U);
}

TEST_P(EveryHistory, FindsARunByNumberNameOrBeginning) {
  const auto store = open();
  const auto one = *store->add(run_number(17), "a");
  ASSERT_TRUE(store->add(run_number(18), "a"));
  ASSERT_TRUE(store->add(run_number(180), "a"));
  const auto json = to_json(run_number(17));
  EXPECT_EQ(store->record_json(std::to_string(one)), json);
  EXPECT_EQ(store->record_json("run-17"), json);
  EXPECT_EQ(store->record_json("run-18"), to_json(run_number(18)));  // not run-180
  const auto many = store->record_json("run-1");
  ASSERT_FALSE(many);
  EXPECT_THAT(many.error().what, HasSubstr("3 runs in"));
  EXPECT_THAT(many.error().what, HasSubstr("begin with 'run-1'; say which by its number: 1, 2, 3"));
  for (const auto* none : {"", "run-2", "99", "%", "*", "99999999999999999999"})
    EXPECT_THAT(store->record_json(none).error().what, HasSubstr("there is no run")) << none;
}

TEST_P(EveryHistory, RemovesARunWithAllThatBelongsToIt) {
  const auto store = open();
  ASSERT_TRUE(store->add(run_number(1), "a"));
  ASSERT_TRUE(store->add(run_of(2, 1, 12.0), "a"));
  ASSERT_TRUE(store->remove("run-1"));
  EXPECT_THAT(ids(store->rows({})), ElementsAre("run-2/rgb"));
  EXPECT_EQ(store->metric("latency_ms.p50", {})->size(), 1U);
  EXPECT_THAT(store->remove("run-1").error().what, HasSubstr("there is no run 'run-1'"));
  ASSERT_TRUE(store->remove("run-2"));
  EXPECT_THAT(*store->metric_names(), IsEmpty());
}

TEST_P(EveryHistory, TakesTextThatIsNone) {
  auto record = run_number(1);
  record.slots[0].model->path = std::string("a\0b\xff", 4);
  record.slots[0].name = "'; DROP TABLE runs; --";
  const auto store = open();
  const auto added = store->add(record, "h\xE2");
  ASSERT_TRUE(added) << added.error().what;
  EXPECT_EQ(store->rows({})->front().model, "a\uFFFDb\uFFFD");
  EXPECT_EQ(store->rows({.slot = record.slots[0].name})->size(), 1U);
}

TEST_P(EveryHistory, EightProcessesWriteAtOnce) {
  const auto wrote = in_processes(8, [&](int process) {
    const auto store = open_history(place_, {.busy_timeout = std::chrono::seconds(90)});
    if (!store) return false;
    for (int i = 0; i < 20; ++i)
      if (!(*store)->add(run_number(100 * process + i), "a")) return false;
    return true;
  });
  EXPECT_EQ(wrote, 8);
  const auto store = open();
  EXPECT_EQ(store->rows({.slot = "rgb"})->size(), 160U);
  EXPECT_EQ(store->metric("latency_ms.p50", {.slot = "thermal"})->size(), 160U);
  EXPECT_EQ(store->record_json("run-719"), to_json(run_number(719)));
}

TEST_P(EveryHistory, AMigrationThatTwoProcessesBeginHappensOnce) {
  ASSERT_TRUE(open()->add(run_number(1), "a"));
  std::vector<Migration> later(history_migrations().begin(), history_migrations().end());
  later.push_back({kHistorySchema + 1,
                   {"ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT 'none'",
                    "UPDATE runs SET note = note || ' yet'"}});
  const auto migrated = in_processes(6, [&](int) {
    const auto session = kind_->open(place_, {});
    return session && migrate(**session, later, true) == kHistorySchema + 1;
  });
  EXPECT_EQ(migrated, 6);
  const auto session = kind_->open(place_, {});
  ASSERT_TRUE(session);
  const auto notes = (*session)->run("SELECT note FROM runs");
  EXPECT_EQ(notes->at(0).at(0), SqlValue(std::string("none yet")));
  EXPECT_EQ((*session)->run("SELECT version FROM schema_version")->size(),
            static_cast<std::size_t>(kHistorySchema) + 1);
  const auto older = open_history(place_);
  ASSERT_FALSE(older);
  EXPECT_THAT(older.error().what, HasSubstr("was written by a newer jetmeter (its schema is 4, "
                                            "this program knows 3) and was left as it is"));
}

TEST_P(EveryHistory, AStoreOfTheFirstSchemaKeepsItsRunsAndLearnsScenarios) {
  {
    const auto session = kind_->open(place_, {});
    ASSERT_TRUE(session);
    ASSERT_EQ(migrate(**session, history_migrations().first(1), true), 1);
    for (const auto* statement :
         {"INSERT INTO runs(run_id, host, started_us, finished_us, subcommand, command, verdict, "
          "board, power_mode, tool_version, tool_git, record) VALUES "
          "('old', 'a', 1, 2, 'bench', '', 'completed', '', '', '', '', '{}')",
          "INSERT INTO slots(run, position, name, status, model, model_sha256, backend, "
          "backend_version, device, precision, frames) VALUES "
          "(1, 0, 'bench', 'completed', '', '', '', '', '', '', 5)"})
      ASSERT_TRUE((*session)->run(statement)) << statement;
  }
  auto record = run_number(1);
  record.slots.front().load = LoadRecord{.scenario = "rate", .in_flight = 2, .per_second = 12.5};
  const auto store = open();
  ASSERT_TRUE(store && store->add(record, "a"));
  EXPECT_EQ(store->schema_version(), 3);
  EXPECT_THAT(ids(store->rows({.slot = "bench"})), ElementsAre("old/bench"));
  EXPECT_EQ(store->rows({.slot = "bench"})->front().scenario, "");
  EXPECT_THAT(ids(store->rows({.scenario = "rate"})), ElementsAre("run-1/rgb"));
  EXPECT_EQ(store->rows({.scenario = "r*"})->front().scenario, "rate");
  EXPECT_EQ(store->rows({.slot = "bench"})->front().streams, "");
  EXPECT_THAT(ids(store->rows({.streams = "2", .rate = "12.5"})), ElementsAre("run-1/rgb"));
}

TEST_P(EveryHistory, AStoreOfTheSecondSchemaLearnsConditions) {
  {
    const auto session = kind_->open(place_, {});
    ASSERT_TRUE(session);
    ASSERT_EQ(migrate(**session, history_migrations().first(2), true), 2);
  }
  const auto store = open();
  ASSERT_TRUE(store);
  EXPECT_EQ(store->schema_version(), 3);
  ASSERT_TRUE(store->add(run_of(1, 0, 10), "a"));
  EXPECT_EQ(store->rows({})->front().shapes, "images=1x3x640x640");
}

TEST_P(EveryHistory, FiltersByWhatABenchRanUnder) {
  const auto store = open();
  int number = 0;
  for (const double rate : {20.0, 12.5}) {
    ++number;
    auto record = run_of(number, number, 10);
    record.run.config = {{"batch", "4"}, {"bound", "p99<33ms"}, {"bound", "drops<5%"}};
    record.slots.front().backend->threads = number;
    record.slots.front().load =
        LoadRecord{.scenario = "rate", .in_flight = 2, .per_second = rate, .dropped = number};
    ASSERT_TRUE(store->add(record, "a"));
  }
  EXPECT_THAT(ids(store->rows({.rate = "20"})), ElementsAre("run-1/rgb"));
  EXPECT_THAT(ids(store->rows({.rate = "12*"})), ElementsAre("run-2/rgb"));
  EXPECT_THAT(ids(store->rows({.threads = "2"})), ElementsAre("run-2/rgb"));
  for (const HistoryFilter& both :
       {HistoryFilter{.streams = "2"}, {.batch = "4"}, {.shapes = "images=1x*"}})
    EXPECT_EQ(store->rows(both)->size(), 2U);
  for (const HistoryFilter& none : {HistoryFilter{.streams = "3"},
                                    {.batch = "' OR 1=1 --"},
                                    {.rate = "2"},
                                    {.shapes = "images"}})
    EXPECT_EQ(store->rows(none)->size(), 0U);
  EXPECT_EQ(store->rows({.rate = "20"})->front().conditions, "bound=drops<5%,p99<33ms");
  EXPECT_EQ(store->metric("load.dropped", {.rate = "12.5"})->front().value, 2.0);
}

TEST_P(EveryHistory, AMigrationThatFailsLeavesTheStoreAsItWas) {
  ASSERT_TRUE(open()->add(run_number(1), "a"));
  std::vector<Migration> later(history_migrations().begin(), history_migrations().end());
  later.push_back({kHistorySchema + 1, {"DROP TABLE metrics", "SELECT * FROM nowhere"}});
  const auto session = kind_->open(place_, {});
  const auto failed = migrate(**session, later, true);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().what, HasSubstr("cannot be prepared: "));
  EXPECT_THAT(failed.error().what, HasSubstr("nowhere"));
  EXPECT_EQ(open()->metric("latency_ms.p50", {})->size(), 2U);
}

TEST_P(EveryHistory, ANewStoreIsOnlyMadeOnRequest) {
  const auto none = open_history(place_, {.create = false});
  ASSERT_FALSE(none);
  ASSERT_TRUE(open());
  EXPECT_TRUE(open_history(place_, {.create = false}));
}

INSTANTIATE_TEST_SUITE_P(Stores, EveryHistory, testing::Values("sqlite", "postgresql"),
                         [](const auto& store) { return std::string(store.param); });

}  // namespace
}  // namespace jetmeter
