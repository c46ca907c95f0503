// What only a file can suffer.
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <sstream>

#include "history/schema.h"
#include "history/sqlite_file.h"
#include "history/store_kind.h"
#include "history/test_records.h"
#include "support/temp_dir.h"
#include "support/without_root.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string bytes_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

class SqliteHistory : public testing::Test {
 protected:
  HistoryPlace place() const { return {file().string()}; }
  std::filesystem::path file() const { return folder_.path().lexically_normal() / "history.db"; }
  std::string why() const {
    const auto store = open_history(place(), {.busy_timeout = std::chrono::milliseconds(50)});
    return store ? "" : store.error().what;
  }
  // A history with so many runs, and nobody who has it open.
  void fill(int runs) const {
    const auto store = open_history(place());
    ASSERT_TRUE(store) << store.error().what;
    for (int i = 0; i < runs; ++i) ASSERT_TRUE((*store)->add(run_number(i), "a"));
  }
  void change(const std::string& sql) const {
    for (const auto* kind : store_kinds()) {
      if (kind->is_server) continue;
      const auto session = kind->open(place(), {});
      ASSERT_TRUE(session) << session.error().what;
      const auto done = (*session)->run(sql);
      ASSERT_TRUE(done) << done.error().what;
    }
  }
  std::string integrity() const {
    for (const auto* kind : store_kinds()) {
      if (kind->is_server) continue;
      const auto session = kind->open(place(), {});
      if (!session) return session.error().what;
      return std::get<std::string>((*session)->run("PRAGMA integrity_check")->at(0).at(0));
    }
    return "no SQLite";
  }
  TempDir folder_;
};

// What a child process tells, up to its end.
template <typename Work>
std::string told_by_a_child(Work work) {
  int wire[2];
  EXPECT_EQ(::pipe(wire), 0);
  const auto pid = ::fork();
  if (pid == 0) {
    ::close(wire[0]);
    const std::string told = work();
    const auto sent = ::write(wire[1], told.data(), told.size());
    ::_exit(sent == static_cast<ssize_t>(told.size()) ? 0 : 1);
  }
  ::close(wire[1]);
  std::string told(4096, '\0');
  std::size_t got = 0;
  for (ssize_t n = 0; got < told.size(); got += static_cast<std::size_t>(n))
    if ((n = ::read(wire[0], told.data() + got, told.size() - got)) <= 0) break;
  ::close(wire[0]);
  ::waitpid(pid, nullptr, 0);
  told.resize(got);
  return told;
}

TEST_F(SqliteHistory, MakesTheFoldersAboveIt) {
  const HistoryPlace deep{(folder_.path() / "a/b/history.db").string()};
  EXPECT_TRUE(open_history(deep));
  EXPECT_TRUE(std::filesystem::exists(deep.where));
}

TEST_F(SqliteHistory, ANameThatMeansSomethingToSqliteIsAFile) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  for (const auto* name : {":memory:", "file:x?mode=memory"}) {
    EXPECT_TRUE(open_history({name}));
    EXPECT_TRUE(std::filesystem::exists(folder_.path() / name)) << name;
  }
  std::filesystem::current_path(before);
}

TEST_F(SqliteHistory, WritesAheadAndSurvivesTheEightWriters) {
  fill(3);
  EXPECT_EQ(integrity(), "ok");
  EXPECT_EQ(bytes_of(file()).substr(18, 2), "\x02\x02");  // the header's mark of a log
}

// SQLite keeps a text where a number belongs, and calls the file sound.
TEST_F(SqliteHistory, AValueOfAnotherKindIsDamage) {
  fill(2);
  const auto damaged = "the history '" + file().string() +
                       "' is damaged: a value in it is not of the kind that was written there";
  change("UPDATE metrics SET value = 'fast' WHERE name = 'latency_ms.p50'");
  const auto metric = (*open_history(place()))->metric("latency_ms.p50", {});
  ASSERT_FALSE(metric);
  EXPECT_EQ(metric.error().what, damaged);
  EXPECT_EQ((*open_history(place()))->rows({})->size(), 4U) << "the rest can be read";
  change("UPDATE slots SET frames = 'many'");
  const auto rows = (*open_history(place()))->rows({});
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().what, damaged);
  EXPECT_FALSE((*open_history(place()))->metric("stages_ms.infer.p99", {}));
}

TEST_F(SqliteHistory, SaysThatThereIsNone) {
  const auto none = open_history(place(), {.create = false});
  EXPECT_EQ(none.error().what,
            "there is no history '" + file().string() + "'; it begins with the first run");
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(SqliteHistory, RefusesWhatIsNoDatabaseAndLeavesIt) {
  for (const auto& text : {std::string("model,latency\nyolo,12\n"), std::string(1, '\0'),
                           std::string(100000, '\xff'), std::string("SQLite format 3")}) {
    folder_.write("history.db", text);
    EXPECT_EQ(why(), "the history '" + file().string() +
                         "' is no SQLite database and was left as it is; name another file for "
                         "the history");
    EXPECT_EQ(bytes_of(file()), text);
  }
}

TEST_F(SqliteHistory, RefusesAFolderAndAPipe) {
  std::filesystem::create_directory(file());
  EXPECT_EQ(why(), "the history '" + file().string() + "' is a folder; name a file in it");
  std::filesystem::remove(file());
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  EXPECT_EQ(why(), "the history '" + file().string() + "' is no file");
}

TEST_F(SqliteHistory, RefusesWhatItMayNotRead) {
  fill(1);
  const auto before = bytes_of(file());
  std::filesystem::permissions(file(), std::filesystem::perms::none);
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
  {
    const WithoutRoot user;
    if (!user.done()) GTEST_SKIP() << "cannot stop being root";
    EXPECT_EQ(why(), "the history '" + file().string() + "' cannot be read: Permission denied");
  }
  std::filesystem::permissions(file(), std::filesystem::perms::owner_all);
  EXPECT_EQ(bytes_of(file()), before);
}

TEST_F(SqliteHistory, IsReadWhereItMayNotBeWritten) {
  fill(2);
  const auto before = bytes_of(file());
  using std::filesystem::perms;
  const auto read_only = perms::owner_read | perms::group_read | perms::others_read;
  std::filesystem::permissions(file(), read_only);
  std::filesystem::permissions(
      folder_.path(), read_only | perms::owner_exec | perms::group_exec | perms::others_exec);
  std::string told;
  {
    const WithoutRoot user;
    const auto store = user.done() ? open_history(place(), {.create = false, .write = false})
                                   : fail("cannot stop being root");
    if (!store)
      told = store.error().what;
    else if (const auto rows = (*store)->rows({.slot = "rgb"}); !rows || rows->size() != 2)
      told = "the rows are not those that were written";
    else if ((*store)->add(run_number(9), "a"))
      told = "it was written";
  }
  std::filesystem::permissions(folder_.path(), perms::owner_all);
  if (told == "cannot stop being root") GTEST_SKIP() << told;
  EXPECT_EQ(told, "");
  EXPECT_EQ(bytes_of(file()), before);
  EXPECT_FALSE(std::filesystem::exists(file().string() + "-shm"));
}

TEST_F(SqliteHistory, RefusesAFolderThatItMayNotMake) {
  folder_.write("blocked", "a file");
  const auto store = open_history({(folder_.path() / "blocked/history.db").string()});
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().what, HasSubstr("Not a directory"));
}

TEST_F(SqliteHistory, RefusesADamagedFileAndLeavesIt) {
  fill(5);
  const auto whole = bytes_of(file());
  auto smudged = whole;
  for (std::size_t page = 1; page < smudged.size() / 4096; ++page)
    smudged.replace(page * 4096, 64, std::string(64, '\x5a'));
  for (const auto& damaged :
       {smudged, whole.substr(0, whole.size() / 2), whole.substr(0, 100), whole.substr(0, 16),
        whole.substr(0, 16) + std::string(8000, '\xff')}) {
    folder_.write("history.db", damaged);
    EXPECT_EQ(why(), "the history '" + file().string() +
                         "' cannot be used and was left as it is: the file is damaged");
    EXPECT_EQ(bytes_of(file()), damaged);
    std::filesystem::remove(file().string() + "-wal");
    std::filesystem::remove(file().string() + "-shm");
  }
}

TEST_F(SqliteHistory, RefusesANewerSchemaAndLeavesIt) {
  fill(1);
  {
    const auto session = store_kinds()[0]->open(place(), {});
    ASSERT_TRUE((*session)->run("INSERT INTO schema_version(version) VALUES (7)"));
  }
  const auto before = bytes_of(file());
  EXPECT_THAT(why(), HasSubstr("was written by a newer jetmeter (its schema is 7, this program "
                               "knows 3) and was left as it is"));
  EXPECT_EQ(bytes_of(file()), before);
}

TEST_F(SqliteHistory, RefusesTheDatabaseOfAnotherProgramAndLeavesIt) {
  {
    const auto session = store_kinds()[0]->open(place(), {});
    ASSERT_TRUE((*session)->run("CREATE TABLE bookmarks(url TEXT)"));
  }
  const auto before = bytes_of(file());
  EXPECT_EQ(why(), "the history '" + file().string() +
                       "' is the database of another program and was left as it is; name another");
  EXPECT_EQ(bytes_of(file()), before);
}

TEST_F(SqliteHistory, AnEmptyFileBecomesAHistory) {
  folder_.write("history.db", "");
  fill(1);
  EXPECT_EQ(integrity(), "ok");
}

TEST_F(SqliteHistory, SaysWhenAnotherWriterKeepsItLocked) {
  fill(1);
  const auto other = store_kinds()[0]->open(place(), {});
  ASSERT_TRUE((*other)->run("BEGIN IMMEDIATE"));
  const auto store = open_history(place(), {.busy_timeout = std::chrono::milliseconds(50)});
  ASSERT_TRUE(store) << store.error().what;
  const auto added = (*store)->add(run_number(9), "a");
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().what, "the run was not added to the history '" + file().string() +
                                    "': another program has kept it locked for 50.0 ms");
  EXPECT_EQ((*store)->rows({})->size(), 2U);  // reading goes on
  ASSERT_TRUE((*other)->run("ROLLBACK"));
  EXPECT_TRUE((*store)->add(run_number(9), "a"));
}

TEST_F(SqliteHistory, AKilledWriterLosesNothingThatItReported) {
  int wire[2];
  ASSERT_EQ(::pipe(wire), 0);
  const auto pid = ::fork();
  if (pid == 0) {
    const auto store = open_history(place());
    for (int i = 0; store && (*store)->add(run_number(i), "a"); ++i)
      if (::write(wire[1], "+", 1) != 1) break;
    ::_exit(1);
  }
  ::close(wire[1]);
  std::size_t reported = 0;
  char byte = 0;
  while (reported < 7 && ::read(wire[0], &byte, 1) == 1) ++reported;
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  while (::read(wire[0], &byte, 1) == 1) ++reported;
  ::close(wire[0]);
  ASSERT_GE(reported, 7U);
  const auto store = open_history(place());
  ASSERT_TRUE(store) << store.error().what;
  const auto rows = (*store)->rows({.slot = "rgb"});
  EXPECT_GE(rows->size(), reported);
  EXPECT_LE(rows->size(), reported + 1);  // the one that was written and not yet reported
  EXPECT_EQ((*store)->rows({})->size(), 2 * rows->size());
  EXPECT_TRUE((*store)->add(run_number(1000), "a"));
  EXPECT_EQ(integrity(), "ok");
}

TEST_F(SqliteHistory, ALimitOnFilesCostsTheRunAndNotTheHistory) {
  fill(3);
  const auto told = told_by_a_child([&]() -> std::string {
    ::signal(SIGXFSZ, SIG_IGN);
    const auto size = std::filesystem::file_size(file());
    const rlimit limit{size, size};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return "no limit";
    const auto store = open_history(place());
    if (!store) return store.error().what;
    for (int i = 10; i < 1000; ++i)
      if (const auto added = (*store)->add(run_number(i), "a"); !added) return added.error().what;
    return "all were added";
  });
  EXPECT_THAT(told, HasSubstr("the run was not added to the history '" + file().string() +
                              "': writing it failed (disk I/O error); its disk may be full, or a "
                              "limit on the size of files reached"));
  EXPECT_GE((*open_history(place()))->rows({.slot = "rgb"})->size(), 3U);
  EXPECT_EQ(integrity(), "ok");
}

TEST_F(SqliteHistory, AFullDiskCostsTheRunAndNotTheHistory) {
  const auto told = told_by_a_child([&]() -> std::string {
    // In a name space of its own: the mount ends with the child.
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("none", folder_.path().c_str(), "tmpfs", 0, "size=512k") != 0)
      return "cannot mount";
    int added = 0;
    std::string why;
    {
      const auto store = open_history(place());
      if (!store) return store.error().what;
      for (; added < 1000 && why.empty(); ++added)
        if (const auto id = (*store)->add(run_number(added), "a"); !id) why = id.error().what;
      --added;
      if (static_cast<int>((*store)->rows({.slot = "rgb"})->size()) != added) return "lost one";
    }
    const auto again = open_history(place());
    if (!again) return again.error().what;
    if (static_cast<int>((*again)->rows({.slot = "rgb"})->size()) != added) return "lost one later";
    return why + "|" + integrity();
  });
  if (told == "cannot mount") GTEST_SKIP() << "only root may mount a small file system";
  EXPECT_EQ(told, "the run was not added to the history '" + file().string() +
                      "': its disk is full; make room there, or name another place|ok");
}

TEST(IsNetworkFileSystem, KnowsThemByTheirNumbers) {
  for (const std::int64_t network :
       {0x6969LL, 0xFF534D42LL, 0xFE534D42LL, 0x01021997LL, 0x65735546LL})
    EXPECT_TRUE(is_network_file_system(network)) << network;
  for (const std::int64_t local : {0xEF53LL, 0x58465342LL, 0x01021994LL, 0x794C7630LL, 0LL})
    EXPECT_FALSE(is_network_file_system(local)) << local;
}

}  // namespace
}  // namespace jetmeter
