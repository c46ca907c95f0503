#include "run/source_memory.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::HasSubstr;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMeasures = false;
#else
constexpr bool kMeasures = true;
#endif

// Three frames ahead and one in use, of 640x480 pixels in three bytes.
constexpr std::uint64_t kFourFrames = 4ULL * 640 * 480 * 3;

TEST(SourceMemory, HoldsTheFramesThatAreDecodedAhead) {
  if (!kMeasures) GTEST_SKIP() << "a sanitizer's own memory is in every number";
  const auto bytes = source_memory("synthetic=rgb");
  ASSERT_TRUE(bytes) << bytes.error().what;
  EXPECT_GE(*bytes, kFourFrames / 2);
  EXPECT_LE(*bytes, kFourFrames * 8);
}

TEST(SourceMemory, IsNotToldOfWhatCannotBeRead) {
  EXPECT_FALSE(source_memory("image_dir=/nonexistent"));
  EXPECT_FALSE(source_memory("video=/nonexistent.mp4"));
  const auto camera = source_memory("camera=0");
  ASSERT_FALSE(camera);
  EXPECT_THAT(camera.error().what, HasSubstr("opened by its worker alone"));
}

}  // namespace
}  // namespace jetmeter
