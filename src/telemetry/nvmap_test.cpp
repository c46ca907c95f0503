#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/without_root.h"
#include "telemetry/source_test.h"

namespace jetmeter {
extern const SourceKind nvmap_source;
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kClients = "/sys/kernel/debug/nvmap/iovmm/clients";

TEST(Nvmap, ReadsTheTotal) {
  const BoardCopy board("orin-nano-super");
  const auto source = nvmap_source.open(board.host());
  ASSERT_TRUE(source) << source.error().what;
  EXPECT_EQ(read_once(**source), (Reading{{"memory.nvmap_clients", 4329428.0 * 1024}}));
  board.write(kClients, "total 0K\n");
  EXPECT_EQ(read_once(**source).at("memory.nvmap_clients"), 0.0);
}

// The total is the last line: without it the sum is not known, however many clients are.
TEST(Nvmap, AListThatIsTooLongHasNoTotal) {
  const BoardCopy board;
  std::string list;
  while (list.size() < 200000) list += "user some_process 812 10K\n";
  board.write(kClients, list + "total 10K\n");
  const auto source = nvmap_source.open(board.host());
  ASSERT_TRUE(source);
  EXPECT_FALSE(read_once(**source).at("memory.nvmap_clients"));
}

TEST(Nvmap, SaysThatItNeedsRoot) {
  const BoardCopy board("orin-nano-super");
  std::filesystem::permissions(board.host().path("/sys/kernel/debug"),
                               std::filesystem::perms::none);
  const auto error_without_root = [&] {
    const WithoutRoot user;
    const auto source = nvmap_source.open(board.host());
    return source ? "it opened" : source.error().what;
  };
  EXPECT_THAT(error_without_root(), AllOf(StartsWith("needs root: "), HasSubstr("Jetson")));
  std::filesystem::permissions(board.host().path("/sys/kernel/debug"),
                               std::filesystem::perms::owner_all);
}

TEST(Nvmap, SaysThatOnlyJetsonHasIt) {
  const auto source = nvmap_source.open(BoardCopy("x86-host").host());
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error().what, AllOf(StartsWith("there is no '"), HasSubstr("Jetson")));
}

}  // namespace
}  // namespace jetmeter
