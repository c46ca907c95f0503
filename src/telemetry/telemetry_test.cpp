// The contract, for every source of the catalogue.
#include "jetmeter/telemetry.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <set>

#include "jetmeter/processes.h"
#include "support/no_file.h"
#include "support/watch_heap.h"
#include "telemetry/nvml_test.h"
#include "telemetry/source_test.h"

namespace jetmeter {
namespace {

constexpr std::string_view kWithNvml = "x86-two-a100";
constexpr std::string_view kBoards[] = {
    "agx-orin-64-jp5", "agx-orin-64-jp6", "agx-orin-64-jp7", "agx-thor",   "nano",
    "orin-nano-super", "orin-nx-16",      "x86-host",        "x86-nvidia", "xavier-nx",
    kWithNvml};

// One for each way in which boards lay out their files, for what is done to each of many files.
constexpr std::string_view kBoardsToDamage[] = {"agx-orin-64-jp6", "agx-thor",   "nano",
                                                "orin-nano-super", "x86-nvidia", kWithNvml};

// For reading only: as it lies in the repository, or a copy where a library must be put into it.
class RecordedBoard {
 public:
  explicit RecordedBoard(std::string_view board)
      : host_{std::filesystem::path(JM_TESTS_DIR) / "boards" / board} {
    if (board == kWithNvml) host_ = copy_.emplace(board).host();
  }
  const Host& host() const { return host_; }

 private:
  Host host_;
  std::optional<BoardWithNvml> copy_;
};

std::size_t count_present(const Reading& reading) {
  return static_cast<std::size_t>(std::count_if(reading.begin(), reading.end(),
                                                [](const auto& value) { return value.second; }));
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
    if (present > 0 || !GetParam()->open(RecordedBoard(name).host())) continue;
    const BoardWithNvml board(name);
    const auto source = GetParam()->open(board.host());
    ASSERT_TRUE(source) << source.error().what;
    read_once(**source);
    board.one_second_later();
    present += count_present(read_once(**source));
  }
  EXPECT_GT(present, 0u);
}

TEST_P(EverySource, NamesEveryChannelOnce) {
  for (const auto name : kBoards) {
    const RecordedBoard board(name);
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
    const RecordedBoard board(name);
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

// In place, so that a file that is open shows the new text, as a kernel's would. But a library is
// mapped, and replaced as packages are: by another file.
void fill_files(const BoardCopy& board, const std::string& text) {
  for (const auto& file : files_below(board.host().root)) {
    if (file.filename() == kNvmlFile) std::filesystem::remove(file);
    std::ofstream(file, std::ios::binary) << text;
  }
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

// All sources of a board at once: what takes long is to damage its files.
class DamagedBoard : public testing::TestWithParam<std::string_view> {
 protected:
  BoardWithNvml board_{GetParam()};
};

// A file may change its contents for the worse while it is open.
TEST_P(DamagedBoard, IsAbsentWhereFilesTurnToGarbage) {
  const std::string garbage[] = {"",
                                 "nan",
                                 "inf 1e999",
                                 "cpu  1 2\ncpu9999999999 1 2 3\n",
                                 std::string("\x00\xff\xfe\x80:\x01", 6),
                                 std::string(100000, '9'),
                                 "MemTotal: lots kB\nSwapTotal: -1 kB\nsome avg10=nan\n"};
  std::map<const SourceKind*, std::unique_ptr<Source>> sources;
  for (const auto* kind : source_kinds())
    if (auto source = kind->open(board_.host())) sources[kind] = std::move(*source);
  ASSERT_GE(sources.size(), 3u);
  for (const auto& text : garbage) {
    fill_files(board_, text);
    for (const auto& [kind, source] : sources)
      EXPECT_TRUE(turns_absent(*kind, *source)) << kind->name << ": " << text.substr(0, 80);
  }
}

// Garbage from the start: whether it opens or not, nothing is made up and names stay printable.
TEST_P(DamagedBoard, MayBeGarbageFromTheStart) {
  for (const auto& text : {std::string("\x80\xff\xfe\x1b[31m\n"), std::string(5000, '9'),
                           std::string("cpu \xff\nMemTotal: \xff kB\n")}) {
    fill_files(board_, text);
    for (const auto* kind : source_kinds()) {
      const auto source = kind->open(board_.host());
      if (!source) continue;
      EXPECT_EQ(count_present(read_once(**source)), 0u) << kind->name;
      for (const auto& channel : (*source)->channels())
        EXPECT_TRUE(std::all_of(channel.name.begin(), channel.name.end(), [](char c) {
          return c >= ' ' && c <= '~';
        })) << channel.name;
    }
  }
}

// Not only does it say nothing: it comes to an end.
TEST_P(DamagedBoard, MayHaveNoFilesWhereFilesBelong) {
  const auto files = files_below(board_.host().root);
  ASSERT_GT(files.size(), 10u);
  for (const auto& [what, put] : {kNoFiles[0], kNoFiles[1], kNoFiles[2], kNoFiles[3]}) {
    for (const auto& file : files) {
      std::filesystem::remove_all(file);
      std::ofstream(file).close();
      put(file);
    }
    for (const auto* kind : source_kinds()) {
      const auto source = kind->open(board_.host());
      if (!source) continue;
      EXPECT_EQ(count_present(read_once(**source)), 0u) << what << " for " << kind->name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, DamagedBoard, testing::ValuesIn(kBoardsToDamage), [](const auto& test) {
  std::string name(test.param);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

INSTANTIATE_TEST_SUITE_P(, EverySource,
                         testing::ValuesIn(source_kinds().begin(), source_kinds().end()),
                         [](const auto& test) { return std::string(test.param->name); });

TEST(OpenProcess, DoesNotAllocateWhenItReads) {
  if (!kCanWatchHeap) GTEST_SKIP() << "a sanitizer stands where the heap would be watched";
  const auto source = open_process(Host(), ::getpid());
  ASSERT_TRUE(source) << source.error().what;
  std::vector<std::optional<double>> values((*source)->channels().size());
  EXPECT_EQ(watch_heap([&] { (*source)->read(values); }).allocations, 0);
  EXPECT_TRUE(values[0]);
}

TEST(SourceKinds, HaveUniqueNames) {
  std::set<std::string_view> names;
  for (const auto* kind : source_kinds())
    EXPECT_TRUE(names.insert(kind->name).second) << kind->name;
}

}  // namespace
}  // namespace jetmeter
