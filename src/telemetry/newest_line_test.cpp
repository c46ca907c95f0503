#include "telemetry/newest_line.h"

#include <gtest/gtest.h>

#include <string>

namespace jetmeter {
namespace {

// Feeds pieces and notes what is offered.
struct Fed {
  explicit Fed(std::size_t longest) : lines(longest) {}

  std::vector<std::string> feed(std::string_view text, std::string_view taken = "no such line") {
    std::vector<std::string> offered;
    while (!text.empty()) {
      const auto room = lines.room();
      const auto piece = text.substr(0, room.size());
      piece.copy(room.data(), piece.size());
      text.remove_prefix(piece.size());
      lines.advance(piece.size(), [&](std::string_view line) {
        offered.emplace_back(line);
        return line == taken;
      });
    }
    return offered;
  }

  NewestLine lines;
};

using Lines = std::vector<std::string>;

TEST(NewestLine, OffersTheNewestFirstUntilOneIsTaken) {
  Fed fed(100);
  EXPECT_EQ(fed.feed("a\nb\nc\n", "b"), (Lines{"c", "b"}));
  EXPECT_EQ(fed.feed("d\n"), (Lines{"d"})) << "what was passed over does not come back";
}

TEST(NewestLine, JoinsPieces) {
  Fed fed(100);
  EXPECT_EQ(fed.feed("one"), Lines{});
  EXPECT_EQ(fed.feed(" line"), Lines{});
  EXPECT_EQ(fed.feed("\nand the ne"), (Lines{"one line"}));
  EXPECT_EQ(fed.feed("xt\n\n"), (Lines{"", "and the next"}));
}

TEST(NewestLine, PassesOverWhatIsTooLong) {
  Fed fed(8);
  EXPECT_EQ(fed.feed("1234567\n"), (Lines{"1234567"})) << "just fits";
  EXPECT_EQ(fed.feed("12345678\n"), Lines{});
  EXPECT_EQ(fed.feed(std::string(1000, 'x')), Lines{});
  EXPECT_EQ(fed.feed("end\nshort\n"), (Lines{"short"}));
  EXPECT_EQ(fed.feed(std::string(8, 'x') + "\nab\n"), (Lines{"ab"}));
}

TEST(NewestLine, AlwaysHasRoom) {
  Fed fed(4);
  for (int i = 0; i < 100; ++i) {
    ASSERT_FALSE(fed.lines.room().empty());
    fed.feed(i % 7 == 0 ? "\n" : "x");
  }
}

}  // namespace
}  // namespace jetmeter
