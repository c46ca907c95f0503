#include "monitor/help_page.h"

#include <gmock/gmock.h>

#include <set>

#include "monitor/cells.h"

namespace jetmeter {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

MonitorView view_without(std::size_t sources) {
  MonitorView view;
  view.help = true;
  for (std::size_t i = 0; i < sources; ++i)
    view.missing.push_back(
        {"source" + std::to_string(i),
         "no energy counter in '/sys/class/powercap'; only x86 processors have them, and this one "
         "is none of the kind"});
  return view;
}

TEST(HelpPage, ShowsEveryLineOnceItIsScrolled) {
  auto view = view_without(9);
  const ScreenOptions window;
  const auto all = help_lines(view, window);
  const auto extent = help_extent(view, window);
  ASSERT_EQ(extent.lines, all.size());
  ASSERT_LT(extent.shown, extent.lines);
  std::set<std::string> seen;
  for (;;) {
    const auto screen = render_screen(view, window);
    EXPECT_EQ(screen.size(), window.height);
    seen.insert(screen.begin(), screen.end());
    const auto next = scrolled(view.scroll, ' ', extent);
    if (next == view.scroll) break;
    EXPECT_LT(next, view.scroll + extent.shown) << "no line is passed over";
    view.scroll = next;
  }
  for (const auto& line : all) EXPECT_EQ(seen.count(line), 1U) << line;
}

TEST(HelpPage, SaysHowToSeeTheRest) {
  auto view = view_without(9);
  const auto last_line = [&](std::size_t width, std::size_t height) {
    return render_screen(view, {width, height}).back();
  };
  for (const std::size_t width : {60U, 80U, 100U})
    EXPECT_THAT(last_line(width, 24), HasSubstr("j k, arrows, space: scroll ")) << width;
  const auto extent = help_extent(view, {});
  const auto of = " of " + std::to_string(extent.lines);
  EXPECT_THAT(last_line(80, 24), EndsWith(" 1-" + std::to_string(extent.shown) + of));
  view.scroll = 1'000'000;
  EXPECT_THAT(last_line(80, 24), EndsWith("-" + std::to_string(extent.lines) + of));
  EXPECT_THAT(last_line(80, 60), Not(HasSubstr("scroll"))) << "all of it is shown";
}

TEST(HelpPage, ScrollsAsLessDoes) {
  const HelpExtent extent{30, 10};
  EXPECT_EQ(scrolled(0, 'k', extent), 0U);
  EXPECT_EQ(scrolled(0, 'j', extent), 1U);
  EXPECT_EQ(scrolled(5, 'k', extent), 4U);
  EXPECT_EQ(scrolled(0, 'f', extent), 9U) << "a line of the page before stays";
  EXPECT_EQ(scrolled(9, ' ', extent), 18U);
  EXPECT_EQ(scrolled(18, ' ', extent), 20U);
  EXPECT_EQ(scrolled(20, 'j', extent), 20U);
  EXPECT_EQ(scrolled(20, 'b', extent), 11U);
  EXPECT_EQ(scrolled(3, 'b', extent), 0U);
  EXPECT_EQ(scrolled(25, 'k', extent), 19U) << "of a window that has grown";
  EXPECT_EQ(scrolled(0, 'j', {10, 10}), 0U);
  EXPECT_EQ(scrolled(0, ' ', {10, 0}), 1U);
  for (const char key : std::string("qph?+-")) EXPECT_FALSE(scrolls(key)) << key;
}

}  // namespace
}  // namespace jetmeter
