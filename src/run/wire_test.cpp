#include "run/wire.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace jetmeter {
namespace {

struct Pipe {
  std::array<int, 2> fd{};
  Pipe() { EXPECT_EQ(pipe(fd.data()), 0); }
  ~Pipe() {
    close(fd[0]);
    close_writer();
  }
  void close_writer() {
    if (fd[1] >= 0) close(fd[1]);
    fd[1] = -1;
  }
};

TEST(Wire, CarriesAFrameWithItsDetectionsAndTruth) {
  Pipe pipe;
  FrameSample sample;
  sample.index = 41;
  sample.latency_ns = 1234567;
  const std::array detections{Detection{{1, 2, 3, 4}, 0.5F, 7}, Detection{{5, 6, 7, 8}, 0.25F, 0}};
  const std::array truth{Truth{{9, 9, 10, 10}, 3, true}};
  ASSERT_TRUE(MessageWriter(pipe.fd[1]).send_frame(sample, "bus.jpg", detections, truth));
  MessageReader reader(pipe.fd[0]);
  const auto message = reader.wait();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->kind, MessageKind::frame);
  const auto frame = parse_frame(message->payload);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->sample.index, 41);
  EXPECT_EQ(frame->sample.latency_ns, 1234567);
  EXPECT_EQ(frame->id, "bus.jpg");
  ASSERT_EQ(frame->detections.size(), 2U);
  EXPECT_EQ(frame->detections[0].class_id, 7);
  EXPECT_FLOAT_EQ(frame->detections[1].box.y2, 8.0F);
  ASSERT_EQ(frame->truth.size(), 1U);
  EXPECT_TRUE(frame->truth[0].crowd);
}

TEST(Wire, KeepsMessagesApartWhenTheyArriveInOneRead) {
  Pipe pipe;
  MessageWriter writer(pipe.fd[1]);
  writer.send(MessageKind::phase, "load");
  writer.send(MessageKind::go);
  writer.send(MessageKind::error, std::string(3, 'x'));
  MessageReader reader(pipe.fd[0]);
  ASSERT_EQ(reader.fill(), MessageReader::Status::open);
  EXPECT_EQ(reader.next()->payload, "load");
  EXPECT_EQ(reader.next()->kind, MessageKind::go);
  EXPECT_EQ(reader.next()->payload, "xxx");
  EXPECT_FALSE(reader.next());
}

TEST(Wire, CarriesMessagesLargerThanThePipe) {
  Pipe pipe;
  const std::string large(3 << 20, 'y');
  std::thread sender([&] {
    MessageWriter(pipe.fd[1]).send(MessageKind::model, large);
    pipe.close_writer();
  });
  MessageReader reader(pipe.fd[0]);
  const auto message = reader.wait();
  sender.join();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->payload, large);
  EXPECT_FALSE(reader.wait());
}

TEST(Wire, WhatWasWrittenBeforeTheWriterDiedIsStillRead) {
  Pipe pipe;
  MessageWriter writer(pipe.fd[1]);
  writer.send_frame({}, "a", {}, {});
  ASSERT_EQ(write(pipe.fd[1], "\x08\0\0", 3), 3);  // the next header, cut short
  pipe.close_writer();
  MessageReader reader(pipe.fd[0]);
  EXPECT_EQ(reader.wait()->kind, MessageKind::frame);
  EXPECT_FALSE(reader.wait());
}

TEST(Wire, AFrameThatIsCutShortIsNoFrame) {
  Pipe pipe;
  const std::array detections{Detection{}};
  MessageWriter(pipe.fd[1]).send_frame({}, "id", detections, {});
  MessageReader reader(pipe.fd[0]);
  const auto payload = reader.wait()->payload;
  for (std::size_t cut = 0; cut < payload.size(); ++cut)
    EXPECT_FALSE(parse_frame(std::string_view(payload).substr(0, cut))) << cut;
  EXPECT_TRUE(parse_frame(payload));
}

TEST(Wire, AFrameThatClaimsMoreThanItHoldsIsNoFrame) {
  FrameSample sample;
  sample.detections = 0xFFFFFFFFU;
  const std::string payload(reinterpret_cast<const char*>(&sample), sizeof sample);
  EXPECT_FALSE(parse_frame(payload));
}

}  // namespace
}  // namespace jetmeter
