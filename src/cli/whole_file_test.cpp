#include "cli/whole_file.h"

#include <gmock/gmock.h>

#include "jetmeter/core.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

TEST(WholeFile, IsWrittenOrComplainedOf) {
  const TempDir dir;
  const auto file = dir.write("table.md", "an older and longer text");
  ASSERT_TRUE(write_whole(file, "new"));
  EXPECT_EQ(read_document(file), "new");
  EXPECT_EQ(write_whole("/dev/full", "new").error().what,
            "'/dev/full' could not be written whole: No space left on device");
  EXPECT_THAT(write_whole(dir.path(), "new").error().what,
              testing::HasSubstr("could not be written whole: Is a directory"));
}

}  // namespace
}  // namespace jetmeter
