#include <gmock/gmock.h>

#include "jetmeter/telemetry.h"
#include "support/watch_heap.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;

using Words = std::vector<std::string_view>;

void add(UnknownWords& unknown, const Words& words) {
  unknown.add(words, words.size());
}

TEST(UnknownWords, AreKeptOnceAndCountedEachTime) {
  UnknownWords unknown;
  add(unknown, {"FOO", "12%@300", "FOO"});
  add(unknown, {"BAR", "FOO"});
  EXPECT_THAT(unknown.words, ElementsAre("FOO", "12%@300", "BAR"));
  EXPECT_EQ(unknown.count, 5);
  EXPECT_FALSE(unknown.more);
  EXPECT_EQ(in_words(unknown), "5 words not understood: FOO, 12%@300, BAR");
}

TEST(UnknownWords, OfOneWordAreOne) {
  UnknownWords unknown;
  add(unknown, {"FOO"});
  EXPECT_EQ(in_words(unknown), "1 word not understood: FOO");
}

TEST(UnknownWords, ArePrintableAndNotLong) {
  UnknownWords unknown;
  const std::string escape = "\x1b[2J\xff\n\"", long_word(1000, 'x');
  add(unknown, {escape, long_word, long_word.substr(0, UnknownWords::kLongest)});
  EXPECT_THAT(unknown.words,
              ElementsAre("?[2J??\"", std::string(UnknownWords::kLongest - 3, 'x') + "...",
                          std::string(UnknownWords::kLongest, 'x')));
}

TEST(UnknownWords, AreBoundedAndSayThatThereAreMore) {
  UnknownWords unknown;
  std::vector<std::string> many;
  for (int i = 0; i < 1000; ++i) many.push_back("w" + std::to_string(i));
  for (const auto& word : many) add(unknown, {word});
  EXPECT_EQ(unknown.words.size(), UnknownWords::kMostKept);
  EXPECT_EQ(unknown.words.back(), "w15");
  EXPECT_EQ(unknown.count, 1000);
  EXPECT_TRUE(unknown.more);
  EXPECT_THAT(in_words(unknown), testing::EndsWith("w15, …"));
}

TEST(UnknownWords, OfATextThatHadMoreAreNotAll) {
  UnknownWords unknown;
  const Words first{"FOO"};
  unknown.add(first, 7);
  EXPECT_EQ(unknown.count, 7);
  EXPECT_TRUE(unknown.more);
}

TEST(UnknownWords, ThatAreKnownByNowAllocateNothing) {
  if (!kCanWatchHeap) GTEST_SKIP() << "a sanitizer stands where the heap would be watched";
  UnknownWords unknown;
  const std::string long_word(1000, 'x');
  const Words words{"FOO", long_word, "\xff\xfe"};
  unknown.add(words, words.size());
  EXPECT_EQ(watch_heap([&] { unknown.add(words, words.size()); }).allocations, 0);
}

}  // namespace
}  // namespace jetmeter
