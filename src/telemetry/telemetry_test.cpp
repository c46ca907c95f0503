// The contract, for every source of the catalogue.
#include "jetmeter/telemetry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "support/watch_heap.h"
#include "telemetry/source_test.h"

namespace jetmeter {
namespace {

constexpr std::string_view kBoards[] = {"orin-nano-super", "x86-host"};

std::size_t count_present(const Reading& reading) {
  return static_cast<std::size_t>(std::count_if(reading.begin(), reading.end(),
                                                [](const auto& value) { return value.second; }));
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& root) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  return files;
}

class EverySource : public testing::TestWithParam<const SourceKind*> {};

TEST_P(EverySource, SaysWhyItIsAbsent) {
  const BoardCopy nothing;
  const auto source = GetParam()->open(nothing.host());
  ASSERT_FALSE(source);
  EXPECT_GT(source.error().what.size(), 10u);
}

TEST_P(EverySource, ReadsAtLeastOneBoard) {
  std::size_t present = 0;
  for (const auto name : kBoards) {
    const BoardCopy board(name);
    const auto source = GetParam()->open(board.host());
    if (!source) continue;
    read_once(**source);
    board.one_second_later();
    present += count_present(read_once(**source));
  }
  EXPECT_GT(present, 0u);
}

TEST_P(EverySource, NamesEveryChannelOnce) {
  for (const auto name : kBoards) {
    const BoardCopy board(name);
    const auto source = GetParam()->open(board.host());
    if (!source) continue;
    std::set<std::string> names;
    for (const auto& channel : (*source)->channels()) {
      EXPECT_NE(channel.name.find('.'), std::string::npos) << channel.name;
      EXPECT_TRUE(names.insert(channel.name).second) << channel.name;
    }
  }
}

TEST_P(EverySource, DoesNotAllocateWhenItReads) {
  if (!kCanWatchHeap) GTEST_SKIP() << "a sanitizer stands where the heap would be watched";
  for (const auto name : kBoards) {
    const BoardCopy board(name);
    const auto source = GetParam()->open(board.host());
    if (!source) continue;
    std::vector<std::optional<double>> values((*source)->channels().size());
    const auto use = watch_heap([&] {
      (*source)->read(values);
      (*source)->read(values);
    });
    EXPECT_EQ(use.allocations, 0);
  }
}

void fill_files(const BoardCopy& board, const std::string& text) {
  for (const auto& file : files_of(board.host().root))
    std::ofstream(file, std::ios::binary) << text;
}

// At once for a source that reads files. One that is told no more often than once a second by
// somebody else, who has to notice first, may take a few of its periods.
bool turns_absent(const SourceKind& kind, Source& source) {
  using Steady = std::chrono::steady_clock;
  const bool is_told = kind.shortest_period >= std::chrono::seconds(1);
  const auto deadline = Steady::now() + (is_told ? 10 * kind.shortest_period : Nanoseconds(0));
  do {
    if (count_present(read_once(source)) == 0) return true;
  } while (Steady::now() < deadline);
  return false;
}

// A file may change its contents for the worse while it is open.
TEST_P(EverySource, IsAbsentWhereFilesTurnToGarbage) {
  const std::string garbage[] = {"",
                                 "nan",
                                 "inf 1e999",
                                 "cpu  1 2\ncpu9999999999 1 2 3\n",
                                 std::string("\x00\xff\xfe\x80:\x01", 6),
                                 std::string(100000, '9'),
                                 "MemTotal: lots kB\nSwapTotal: -1 kB\nsome avg10=nan\n"};
  for (const auto name : kBoards) {
    const BoardCopy board(name);
    const auto source = GetParam()->open(board.host());
    if (!source) continue;
    for (const auto& text : garbage) {
      fill_files(board, text);
      EXPECT_TRUE(turns_absent(*GetParam(), **source)) << text.substr(0, 80);
    }
  }
}

// Garbage from the start: whether it opens or not, nothing is made up and names stay printable.
TEST_P(EverySource, SurvivesABoardOfGarbage) {
  for (const auto name : kBoards) {
    const BoardCopy board(name);
    for (const auto& text : {std::string("\x80\xff\xfe\x1b[31m\n"), std::string(5000, '9'),
                             std::string("cpu \xff\nMemTotal: \xff kB\n")}) {
      fill_files(board, text);
      const auto source = GetParam()->open(board.host());
      if (!source) continue;
      EXPECT_EQ(count_present(read_once(**source)), 0u);
      for (const auto& channel : (*source)->channels())
        EXPECT_TRUE(std::all_of(channel.name.begin(), channel.name.end(), [](char c) {
          return c >= ' ' && c <= '~';
        })) << channel.name;
    }
  }
}

TEST_P(EverySource, SurvivesFoldersInThePlaceOfFiles) {
  for (const auto name : kBoards) {
    const BoardCopy board(name);
    for (const auto& file : files_of(board.host().root)) {
      std::filesystem::remove(file);
      std::filesystem::create_directory(file);
    }
    const auto source = GetParam()->open(board.host());
    if (!source) continue;
    EXPECT_EQ(count_present(read_once(**source)), 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(, EverySource,
                         testing::ValuesIn(source_kinds().begin(), source_kinds().end()),
                         [](const auto& test) { return std::string(test.param->name); });

TEST(SourceKinds, HaveUniqueNames) {
  std::set<std::string_view> names;
  for (const auto* kind : source_kinds())
    EXPECT_TRUE(names.insert(kind->name).second) << kind->name;
}

}  // namespace
}  // namespace jetmeter
