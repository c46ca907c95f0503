#include "pipelines/names.h"

#include <gmock/gmock.h>

#include "jetmeter/detection.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::Optional;

TEST(ParseNames, ReadsWhatPythonPrintsForADictionary) {
  EXPECT_THAT(parse_names("{0: 'person', 1: 'traffic light'}"),
              Optional(ElementsAre("person", "traffic light")));
  EXPECT_THAT(parse_names(" { 0 :\"person\" ,\n1: 'dog',} "),
              Optional(ElementsAre("person", "dog")));
}

TEST(ParseNames, KeepsQuotesThatBelongToTheName) {
  EXPECT_THAT(parse_names(R"({0: "driver's seat", 1: 'a "b"', 2: 'it\'s', 3: '{1: x}'})"),
              Optional(ElementsAre("driver's seat", "a \"b\"", "it's", "{1: x}")));
}

TEST(ParseNames, ReadsListsAndJson) {
  EXPECT_THAT(parse_names("['a', 'b']"), Optional(ElementsAre("a", "b")));
  EXPECT_THAT(parse_names(R"({"0": "a", "1": "b"})"), Optional(ElementsAre("a", "b")));
}

class Garbage : public testing::TestWithParam<const char*> {};

TEST_P(Garbage, IsNoNames) {
  EXPECT_EQ(parse_names(GetParam()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Texts, Garbage,
                         testing::Values("", "{", "{}", "[]", "person", "{0: person}",
                                         "{0: 'person'", "{0: 'person", "{0 'person'}",
                                         "{1: 'person'}", "{0: 'a', 0: 'b'}", "{0: 'a', 2: 'b'}",
                                         "{0: 'a'} and more", "{-1: 'a'}", "['a' 'b']", "{0: 'a\\",
                                         "{99999999999999: 'a'}", "[1, 2]", "{'a': 'b'}"));

TEST(ParseImageSize, IsHeightThenWidth) {
  EXPECT_EQ(parse_image_size("[480, 640]"), (Size{640, 480}));
  EXPECT_EQ(parse_image_size("(480,640)"), (Size{640, 480}));
  EXPECT_EQ(parse_image_size("320"), (Size{320, 320}));
  EXPECT_EQ(parse_image_size("[320]"), (Size{320, 320}));
  for (const auto* text : {"", "[]", "large", "[640, ]", "[640", "[0, 0]", "640 x", "[-1, 2]"})
    EXPECT_EQ(parse_image_size(text), std::nullopt) << text;
}

TEST(CocoLabels, StandAtTheirIds) {
  EXPECT_EQ(kCocoLabels[0], "person");
  EXPECT_EQ(kCocoLabels[5], "bus");
  EXPECT_EQ(kCocoLabels[27], "tie");
  EXPECT_EQ(kCocoLabels[79], "toothbrush");
}

}  // namespace
}  // namespace jetmeter
