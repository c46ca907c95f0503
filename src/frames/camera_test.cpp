// No camera is needed: what cameras do wrong is played by a fake.
#include <gmock/gmock.h>

#include "frames/camera_source.h"
#include "frames/fake_capture.h"
#include "frames/test_media.h"

namespace jetmeter {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class StepClock : public Clock {
 public:
  Nanoseconds monotonic() const override { return now_ += 33ms; }
  WallTime wall() const override { return {}; }

 private:
  mutable Nanoseconds now_{0};
};

const StepClock step_clock;

std::unique_ptr<FrameSource> fake_camera(std::vector<Shot> shots) {
  return make_camera_source(std::make_unique<FakeCapture>(std::move(shots)), "/dev/video0",
                            step_clock);
}

TEST(Camera, IsLiveAndStampsFramesOnArrival) {
  const auto camera = fake_camera({Shot::good, Shot::good});
  EXPECT_TRUE(camera->info().live);
  EXPECT_FALSE(camera->info().frames);
  Frame frame;
  ASSERT_TRUE(camera->next(frame).value());
  const auto first = frame.timestamp.value();
  ASSERT_TRUE(camera->next(frame).value());
  EXPECT_EQ(frame.timestamp.value() - first, 33ms);
  EXPECT_EQ(frame.id, "frame_000001");
  EXPECT_EQ(frame.pixels[0], 1);
}

TEST(Camera, VanishingIsAnErrorThatSaysSo) {
  const auto camera = fake_camera({Shot::good, Shot::good});
  Frame frame;
  ASSERT_TRUE(camera->next(frame).value());
  ASSERT_TRUE(camera->next(frame).value());
  const auto lost = camera->next(frame);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().what,
            "camera /dev/video0 stopped delivering frames after 2 frames; is it still plugged in?");
}

TEST(Camera, DamagedFramesArePassedOverAndKeepTheirPlace) {
  const auto camera = fake_camera({Shot::good, Shot::damaged, Shot::empty, Shot::good});
  Frame frame;
  ASSERT_TRUE(camera->next(frame).value());
  ASSERT_TRUE(camera->next(frame).value());
  EXPECT_EQ(frame.index, 3);
  EXPECT_EQ(frame.pixels[0], 3);
  ASSERT_EQ(camera->bad().size(), 2U);
  EXPECT_EQ(camera->bad()[0].name, "frame_000001");
  EXPECT_EQ(camera->bad()[1].name, "frame_000002");
}

TEST(Camera, NothingButDamagedFramesIsALostCamera) {
  const auto camera = fake_camera(std::vector(100, Shot::damaged));
  Frame frame;
  const auto lost = camera->next(frame);
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().what, HasSubstr("30 damaged frames in a row"));
}

TEST(Camera, SkippedFramesCountInTheIndex) {
  const auto camera = fake_camera(std::vector(10, Shot::good));
  camera->skip(4);
  Frame frame;
  ASSERT_TRUE(camera->next(frame).value());
  EXPECT_EQ(frame.index, 4);
  EXPECT_EQ(frame.pixels[0], 4);
}

TEST(CameraNumber, NumbersAndDevices) {
  EXPECT_EQ(camera_number(""), 0);
  EXPECT_EQ(camera_number("2"), 2);
  EXPECT_EQ(camera_number("/dev/video10"), 10);
  for (const char* text : {"-1", "1x", "/dev/video", "/dev/vide0", "front"}) {
    EXPECT_FALSE(camera_number(text)) << text;
  }
}

TEST(CheckCamera, AnAbsentOneListsThoseThatAreThere) {
  const MediaDir root;
  std::filesystem::create_directory(root / "dev");
  const Host host{root.path()};
  EXPECT_THAT(check_camera(0, host).error().what, HasSubstr("no video devices"));
  for (const char* name : {"dev/video4", "dev/video0", "dev/videobuf", "dev/vcs1"}) {
    root.write(name, "");
  }
  EXPECT_TRUE(check_camera(4, host));
  EXPECT_EQ(check_camera(1, host).error().what,
            "there is no camera /dev/video1; this machine has /dev/video0, /dev/video4");
}

TEST(Camera, AnAbsentDeviceIsAnError) {
  EXPECT_THAT(open_error("camera=987"), HasSubstr("no camera /dev/video987"));
  EXPECT_THAT(open_error("camera=front"), HasSubstr("'front' is not a camera"));
}

}  // namespace
}  // namespace jetmeter
