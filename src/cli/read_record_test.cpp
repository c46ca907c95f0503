#include "cli/read_record.h"

#include <gmock/gmock.h>

#include "support/sample_record.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

TEST(ReadRecord, TellsARunWithoutAnEndFromNoRun) {
  const TempDir dir;
  EXPECT_THAT(read_record(dir.path()).error().what, HasSubstr("there is no record"));
  dir.write("run.log", "2026-01-31T12:00:00.000000Z [6/7] Measuring\n");
  EXPECT_THAT(read_record(dir.path()).error().what,
              HasSubstr("goes on, or was killed before its end: it has no report.json"));
  EXPECT_THAT(read_record(dir.path() / "report.json").error().what,
              HasSubstr("there is no record"));
  dir.write("report.json", to_json(sample_record()));
  EXPECT_TRUE(read_record(dir.path()));
}

}  // namespace
}  // namespace jetmeter
