#include "telemetry/l4t_package.h"

#include <gmock/gmock.h>

#include <sstream>

namespace jetmeter {
namespace {

using testing::Optional;

std::optional<std::string> l4t_of(const std::string& packages) {
  std::istringstream text(packages);
  return parse_l4t_package(text);
}

const std::string kInstalled = "Status: install ok installed\n";
const std::string kCore = "Package: nvidia-l4t-core\n";
const std::string kVersion = "Version: 36.4.4-20250616085344\n";

TEST(L4tPackage, IsItsVersionWithoutTheBuild) {
  const auto l4t = Optional(std::string("36.4.4"));
  EXPECT_THAT(l4t_of(kCore + kInstalled + kVersion + "\n"), l4t);
  EXPECT_THAT(l4t_of(kVersion + kInstalled + kCore), l4t) << "in any order, without an end";
  EXPECT_THAT(l4t_of(kCore + kInstalled + "Version: 32.7.1\n"), Optional(std::string("32.7.1")));
}

TEST(L4tPackage, IsFoundAmongOthersAndBehindLongLines) {
  const auto other = "Package: nvidia-l4t-core-dev\n" + kInstalled + "Version: 35.1.0-2\n\n";
  const auto text = other + "\n\n" + kCore + kInstalled + "Depends: " + std::string(100000, 'd') +
                    "\n" + kVersion + "Description: x\n Version: 1.2\n\n" + other;
  EXPECT_THAT(l4t_of(text), Optional(std::string("36.4.4")));
}

TEST(L4tPackage, CountsOnlyWhereItIsInstalled) {
  EXPECT_FALSE(l4t_of(kCore + "Status: deinstall ok config-files\n" + kVersion));
  EXPECT_FALSE(l4t_of(kCore + "Status: install ok half-installed\n" + kVersion));
  EXPECT_FALSE(l4t_of(kCore + kVersion));
  EXPECT_FALSE(l4t_of(kCore + "\n" + kInstalled + kVersion)) << "of another package";
}

TEST(L4tPackage, IsAbsentForAnythingElse) {
  for (const auto& version : {"", "x", "36.x", ".4.4", "36.4.", "-20250616"})
    EXPECT_FALSE(l4t_of(kCore + kInstalled + "Version: " + version + "\n")) << version;
  EXPECT_FALSE(l4t_of(""));
  EXPECT_FALSE(l4t_of("\n\n\n"));
  EXPECT_FALSE(l4t_of(std::string("\x00\xff:\n\x00", 5)));
  EXPECT_FALSE(l4t_of(std::string(1000000, ':')));
}

}  // namespace
}  // namespace jetmeter
