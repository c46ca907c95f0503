#include "telemetry/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/no_file.h"
#include "support/temp_dir.h"
#include "support/without_root.h"

namespace jetmeter {
namespace {

using testing::EndsWith;
using testing::StartsWith;

TEST(WhyUnreadable, SaysThatThereIsNoSuchFile) {
  const TempDir dir;
  EXPECT_THAT(why_unreadable(dir.path() / "energy_uj"), StartsWith("there is no '"));
  EXPECT_THAT(why_unreadable(dir.write("file", "") / "below"), StartsWith("there is no '"));
}

TEST(WhyUnreadable, SaysThatOnlyRootMay) {
  const TempDir dir;
  const auto file = dir.write("energy_uj", "1\n");
  std::filesystem::permissions(file, std::filesystem::perms::none);
  const WithoutRoot user;
  ASSERT_TRUE(user.done());
  EXPECT_THAT(why_unreadable(file), StartsWith("needs root: this user may not read '"));
}

TEST(WhyUnreadable, SaysThatItHoldsNothing) {
  const TempDir dir;
  EXPECT_THAT(why_unreadable(dir.write("empty", "")), EndsWith("holds nothing that can be read"));
}

TEST(WhyUnreadable, SaysWhatIsNoFileOfTheKernel) {
  const TempDir dir;
  EXPECT_THAT(why_unreadable(dir.path()), EndsWith("is no regular file"));
  const auto file = dir.write("energy_uj", "");
  put_endless(file);
  EXPECT_THAT(why_unreadable(file), EndsWith("is no regular file"));
  put_fifo(file);
  EXPECT_THAT(why_unreadable(file), EndsWith("is no regular file"));
  put_enormous(file);
  EXPECT_THAT(why_unreadable(file), EndsWith("is larger than any file of the kernel: 8.00 GiB"));
}

TEST(WhyUnreadable, GivesTheSystemsReasonOtherwise) {
  const TempDir dir;
  const auto loop = dir.path() / "loop";
  std::filesystem::create_symlink(loop, loop);
  EXPECT_THAT(why_unreadable(loop),
              EndsWith("cannot be opened: Too many levels of symbolic links"));
}

}  // namespace
}  // namespace jetmeter
