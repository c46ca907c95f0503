#include <gtest/gtest.h>

#include "jetmeter/history.h"

namespace jetmeter {
namespace {

TEST(HistoryPlace, TellsAServerFromAFile) {
  for (const auto* url : {"postgresql://lab/jetmeter", "postgres://lab"})
    EXPECT_TRUE((HistoryPlace{url}.is_server())) << url;
  for (const auto* path : {"history.db", "/data/postgresql://x", "postgresql:/x", "", ":memory:"})
    EXPECT_FALSE((HistoryPlace{path}.is_server())) << path;
}

TEST(DefaultHistory, IsWhereTheSpecificationPutsData) {
  EXPECT_EQ(default_history("/data", "/home/a"), "/data/jetmeter/history.db");
  EXPECT_EQ(default_history("", "/home/a"), "/home/a/.local/share/jetmeter/history.db");
  EXPECT_EQ(default_history("relative", "/home/a"), "/home/a/.local/share/jetmeter/history.db");
  EXPECT_EQ(default_history("", ""), std::nullopt);
}

TEST(WithoutPassword, HidesItWhereverAnAddressStands) {
  EXPECT_EQ(without_password("postgresql://ann:secret@lab:5432/db"),
            "postgresql://ann:***@lab:5432/db");
  EXPECT_EQ(without_password("jetmeter detect --history 'postgres://a:b@lab' --model0 x:y@z"),
            "jetmeter detect --history 'postgres://a:***@lab' --model0 x:y@z");
  EXPECT_EQ(without_password("postgresql://lab/db?password=secret&user=a postgres://a:b@c"),
            "postgresql://lab/db?password=***&user=a postgres://a:***@c");
  EXPECT_EQ(without_password("postgresql://lab/db?sslpassword=secret"),
            "postgresql://lab/db?sslpassword=***");
  // As a URL these are wrong, and hold a password all the same.
  EXPECT_EQ(without_password("postgresql://a:p@ss@lab/db"), "postgresql://a:***@lab/db");
  EXPECT_EQ(without_password("postgresql://a:p/w@lab/db"), "postgresql://a:***@lab/db");
  EXPECT_EQ(without_password("postgresql://a:@lab"), "postgresql://a:***@lab");
}

TEST(WithoutPassword, LeavesEverythingElse) {
  for (const auto* text : {"", "postgresql://", "postgresql://lab:5432/db", "postgresql://ann@lab",
                           "http://a:b@c", "password=x"})
    EXPECT_EQ(without_password(text), text);
}

}  // namespace
}  // namespace jetmeter
