#include <gtest/gtest.h>

#include "telemetry/source_test.h"

namespace jetmeter {
extern const SourceKind pressure_source;
namespace {

TEST(Pressure, TakesTheShortMeanOfSomeTasks) {
  const BoardCopy board("x86-host");
  const auto source = pressure_source.open(board.host());
  ASSERT_TRUE(source);
  EXPECT_NEAR(*read_once(**source)["pressure.memory"], 1.53, 1e-9);
}

TEST(Pressure, SaysHowToSwitchItOn) {
  const BoardCopy board("x86-host");
  board.write("/proc/pressure/memory", "");
  const auto source = pressure_source.open(board.host());
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().what.find("psi=1"), std::string::npos);
}

}  // namespace
}  // namespace jetmeter
