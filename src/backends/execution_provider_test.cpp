#include "backends/execution_provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jetmeter {
namespace {

using testing::ElementsAre;

TEST(ParseDevice, ReadsAKindAndAnIndex) {
  const auto plain = parse_device("cpu");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->kind, "cpu");
  EXPECT_FALSE(plain->index);
  const auto second = parse_device("cuda:12");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->kind, "cuda");
  EXPECT_EQ(second->index, 12);
}

TEST(ParseDevice, RefusesWhatIsNoDevice) {
  for (const auto* text : {"", ":", ":1", "cuda:", "cuda:x", "cuda:1x", "cuda:-1", "cuda:1:2"})
    EXPECT_FALSE(parse_device(text)) << text;
}

TEST(DeviceOfAProvider, IsItsNameInLowerCase) {
  EXPECT_EQ(device_name("CPUExecutionProvider"), "cpu");
  EXPECT_EQ(device_name("CUDAExecutionProvider"), "cuda:0");
  EXPECT_EQ(device_name("TensorrtExecutionProvider"), "tensorrt:0");
  EXPECT_EQ(device_name("XnnpackExecutionProvider"), "xnnpack");
  EXPECT_EQ(device_kind("SomethingElse"), "somethingelse");
}

TEST(ByPreference, PutsWhatAUserWantsFirst) {
  const std::vector<std::string> library{"AzureExecutionProvider", "TensorrtExecutionProvider",
                                         "CPUExecutionProvider", "CUDAExecutionProvider",
                                         "XnnpackExecutionProvider"};
  EXPECT_THAT(
      by_preference(library),
      ElementsAre("CUDAExecutionProvider", "TensorrtExecutionProvider", "CPUExecutionProvider",
                  "AzureExecutionProvider", "XnnpackExecutionProvider"));
}

TEST(AppendName, SpellsProvidersAsTheLibraryDoes) {
  EXPECT_EQ(append_name("XnnpackExecutionProvider"), "XNNPACK");
  EXPECT_EQ(append_name("AzureExecutionProvider"), "AZURE");
  EXPECT_EQ(append_name("OpenVINOExecutionProvider"), "OpenVINO");
}

}  // namespace
}  // namespace jetmeter
