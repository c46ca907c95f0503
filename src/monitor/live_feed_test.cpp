#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "monitor/feed.h"
#include "support/board_copy.h"

namespace jetmeter {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kTool = "/usr/bin/tegrastats";

// A tool that leaves a line in `starts` whenever it is started.
void put_tool(const BoardCopy& board) {
  board.write(kTool,
              "#!/bin/sh\n"
              "echo once >> \"${0%/*}/starts\"\n"
              "while :; do\n"
              "  echo 'RAM 100/200MB (lfb 2x4MB) CPU [50%@1000] GR3D_FREQ 7%@[306] tj@58.5C'\n"
              "  sleep 0.1\n"
              "done\n");
  ::chmod(board.host().path(kTool).c_str(), 0755);
}

std::ptrdiff_t starts(const BoardCopy& board) {
  std::ifstream file(board.host().path("/usr/bin/starts"), std::ios::binary);
  return std::count(std::istreambuf_iterator<char>(file), {}, '\n');
}

// Opening waits for the tool's first line, in which a viewer would see a picture that stands.
TEST(LiveFeed, OpensNothingAgainAtAnotherPace) {
  const BoardCopy board("orin-nano-super");
  put_tool(board);
  const auto feed = live_feed(board.host(), milliseconds(100), nullptr);
  ASSERT_EQ(starts(board), 1);
  feed->change_pace(true);
  EXPECT_EQ(feed->interval(), milliseconds(200));
  feed->change_pace(true);
  EXPECT_EQ(feed->interval(), milliseconds(500));
  feed->change_pace(false);
  EXPECT_EQ(feed->interval(), milliseconds(200));
  feed->finish();
  EXPECT_EQ(starts(board), 1);
}

}  // namespace
}  // namespace jetmeter
