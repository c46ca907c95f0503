// What only a server can do to us.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <memory>

#include "history/store_kind.h"
#include "history/test_records.h"
#include "support/postgres_server.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

bool built() {
  return std::ranges::any_of(store_kinds(), &StoreKind::is_server);
}

std::string why_not(const std::string& url) {
  const auto store = open_history({url}, {.busy_timeout = std::chrono::seconds(2)});
  return store ? "it opened" : store.error().what;
}

TEST(PostgresHistory, ABuildWithoutItSaysSo) {
  if (built()) GTEST_SKIP() << "this build has PostgreSQL";
  EXPECT_EQ(why_not("postgresql://ann:secret@lab/db"),
            "this build of jetmeter has no PostgreSQL; install libpq-dev and build it again, or "
            "name a file");
}

TEST(PostgresHistory, AServerThatIsNotThereIsNamed) {
  if (!built()) GTEST_SKIP() << "this build has no PostgreSQL";
  const auto why = why_not("postgresql://ann:secret@127.0.0.1:1/db");
  EXPECT_THAT(why, HasSubstr("the history on PostgreSQL at 127.0.0.1, port 1 cannot be reached: "));
  EXPECT_THAT(why, HasSubstr("Connection refused"));
  EXPECT_THAT(why, Not(HasSubstr("secret")));
  EXPECT_EQ(std::count(why.begin(), why.end(), '\n'), 0);
}

TEST(PostgresHistory, AnAddressThatIsNoneIsRefusedWithoutItsPassword) {
  if (!built()) GTEST_SKIP() << "this build has no PostgreSQL";
  for (const auto* url :
       {"postgresql://ann:secret@x@lab/db", "postgresql://ann:secret/x@lab/db",
        "postgresql://ann:secret@lab:notaport:5/db?a", "postgresql://ann:secret@[::1/db",
        "postgresql://ann:secret@lab/db?nosuch=1", "postgresql://ann:%zzsecret@lab/db"}) {
    const auto why = why_not(url);
    EXPECT_THAT(why, HasSubstr("is no address of a PostgreSQL server; write ")) << url;
    EXPECT_THAT(why, Not(HasSubstr("secret"))) << url;
  }
}

class WithServer : public testing::Test {
 protected:
  void SetUp() override {
    if (!built()) GTEST_SKIP() << "this build has no PostgreSQL";
    if (const auto why = PostgresServer::missing()) GTEST_SKIP() << *why;
    server_ = std::make_unique<PostgresServer>();
    ASSERT_TRUE(server_->started()) << server_->log();
  }
  std::string name() const {
    return "the history on PostgreSQL at " + server_->folder().string() + ", port 5432";
  }
  std::unique_ptr<PostgresServer> server_;
};

TEST_F(WithServer, AWrongPasswordIsRefusedAndNotTold) {
  const auto why = why_not(server_->url("wr0ng-one"));
  EXPECT_THAT(why, HasSubstr(name() + " cannot be reached: "));
  EXPECT_THAT(why, HasSubstr("password authentication failed for user \"jetmeter\""));
  EXPECT_THAT(why, Not(HasSubstr("wr0ng-one")));
}

TEST_F(WithServer, TheTablesOfOthersAreLeftAlone) {
  const auto* kind = *std::ranges::find(store_kinds(), true, &StoreKind::is_server);
  {
    const auto other = kind->open({server_->url()}, {});
    ASSERT_TRUE(other) << other.error().what;
    ASSERT_TRUE((*other)->run("CREATE TABLE public.runs(mine TEXT)"));
  }
  const auto store = open_history({server_->url()});
  ASSERT_TRUE(store) << store.error().what;
  EXPECT_TRUE((*store)->add(run_number(1), "a"));
  const auto other = kind->open({server_->url()}, {});
  EXPECT_EQ((*other)->run("SELECT * FROM public.runs")->size(), 0U);
}

TEST_F(WithServer, AServerThatGoesAwayInTheMiddleIsOneSentence) {
  const auto store = open_history({server_->url()});
  ASSERT_TRUE(store) << store.error().what;
  ASSERT_TRUE((*store)->add(run_number(1), "a"));
  server_->stop();
  const auto added = (*store)->add(run_number(2), "a");
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().what,
              HasSubstr("the run was not added to " + name() + ": the connection was lost ("));
  EXPECT_EQ(std::count(added.error().what.begin(), added.error().what.end(), '\n'), 0);
  EXPECT_EQ((*store)->rows({}).error().what, name() + " cannot be read: the connection is lost");
  server_->resume();
  ASSERT_TRUE(server_->started()) << server_->log();
  const auto again = open_history({server_->url()});
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ((*again)->rows({.slot = "rgb"})->size(), 1U);
}

// As behind a cut wire: it is there, and does not answer.
TEST_F(WithServer, AServerThatFallsSilentDoesNotHoldARun) {
  const auto* kind = *std::ranges::find(store_kinds(), true, &StoreKind::is_server);
  const HistoryOptions patient{.busy_timeout = std::chrono::seconds(2)};
  const auto session = kind->open({server_->url()}, patient);
  ASSERT_TRUE(session) << session.error().what;
  const auto pid = (*session)->run("SELECT pg_backend_pid()");
  const auto backend = static_cast<pid_t>(std::get<std::int64_t>(pid->at(0).at(0)));
  ASSERT_EQ(::kill(backend, SIGSTOP), 0);
  const auto silent = (*session)->run("SELECT 1");
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().what, "the connection was lost (no answer for 2.00 s)");
  ::kill(backend, SIGCONT);
  ASSERT_EQ(::kill(server_->pid(), SIGSTOP), 0);
  const auto why = why_not(server_->url());
  EXPECT_THAT(why, HasSubstr(name() + " cannot be reached: "));
  EXPECT_THAT(why, HasSubstr("timeout"));
}

TEST_F(WithServer, AStatementThatWaitsForALockHasAnEnd) {
  const auto* kind = *std::ranges::find(store_kinds(), true, &StoreKind::is_server);
  const HistoryOptions patient{.busy_timeout = std::chrono::seconds(10)};
  const auto store = open_history({server_->url()}, patient);
  ASSERT_TRUE(store) << store.error().what;
  const auto other = kind->open({server_->url()}, {.busy_timeout = std::chrono::minutes(10)});
  ASSERT_TRUE((*other)->run("BEGIN"));
  ASSERT_TRUE((*other)->run("LOCK TABLE runs IN ACCESS EXCLUSIVE MODE"));
  const auto added = (*store)->add(run_number(1), "a");
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().what,
            "the run was not added to " + name() +
                ": the server says: canceling statement due to statement timeout");
  ASSERT_TRUE((*other)->run("ROLLBACK"));
  EXPECT_TRUE((*store)->add(run_number(1), "a"));
}

}  // namespace
}  // namespace jetmeter
