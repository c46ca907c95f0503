#include "run/sample_pipe.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace jetmeter {
namespace {

struct Pipe {
  std::array<int, 2> fd{};
  Pipe() { EXPECT_EQ(pipe(fd.data()), 0); }
  ~Pipe() {
    close(fd[0]);
    close(fd[1]);
  }
};

LoadSample ended_at(std::int64_t index, std::int64_t ended_ns) {
  LoadSample sample;
  sample.index = index;
  sample.ended_ns = ended_ns;
  sample.stages.set(Stage::compute, Nanoseconds(5));
  return sample;
}

std::vector<LoadSample> next_batch(MessageReader& reader) {
  const auto message = reader.wait();
  EXPECT_TRUE(message && message->kind == MessageKind::samples);
  return message ? parse_samples(message->payload) : std::vector<LoadSample>{};
}

TEST(SamplePipe, SendsASampleThatTookOverAMillisecondAtOnce) {
  Pipe pipe;
  MessageWriter writer(pipe.fd[1]);
  SharedWriter shared{writer, {}};
  SamplePipe sink(shared);
  MessageReader reader(pipe.fd[0]);
  sink.add(ended_at(0, 5'000'000));
  const auto first = next_batch(reader);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].stages.get(Stage::compute), Nanoseconds(5));
  EXPECT_FALSE(first[0].stages.get(Stage::enqueue));
}

TEST(SamplePipe, GathersShortOnes) {
  Pipe pipe;
  MessageWriter writer(pipe.fd[1]);
  SharedWriter shared{writer, {}};
  SamplePipe sink(shared);
  MessageReader reader(pipe.fd[0]);
  sink.add(ended_at(0, 2'000'000));
  for (int i = 1; i <= 10; ++i) sink.add(ended_at(i, 2'000'000 + i * 1000));
  sink.flush();
  EXPECT_EQ(next_batch(reader).size(), 1U);
  const auto rest = next_batch(reader);
  ASSERT_EQ(rest.size(), 10U);
  EXPECT_EQ(rest.back().index, 10);
}

TEST(SamplePipe, NoticesThatNobodyListens) {
  std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> fd{};
  ASSERT_EQ(pipe(fd.data()), 0);
  close(fd[0]);
  MessageWriter writer(fd[1]);
  SharedWriter shared{writer, {}};
  SamplePipe sink(shared);
  sink.add(ended_at(0, 5'000'000));
  EXPECT_FALSE(sink.heard());
  close(fd[1]);
}

TEST(ParseSamples, TakesWholeOnesOnly) {
  const std::array samples{ended_at(1, 1), ended_at(2, 2)};
  std::string bytes(reinterpret_cast<const char*>(samples.data()), sizeof samples);
  bytes.pop_back();
  ASSERT_EQ(parse_samples(bytes).size(), 1U);
  EXPECT_EQ(parse_samples(bytes)[0].index, 1);
  EXPECT_TRUE(parse_samples("").empty());
}

}  // namespace
}  // namespace jetmeter
