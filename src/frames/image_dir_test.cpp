#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "frames/image_check.h"
#include "frames/test_media.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace fs = std::filesystem;

TEST(ImageDir, SortsBytewiseAndIgnoresOtherFiles) {
  const MediaDir dir;
  for (const char* name : {"b.png", "a10.jpg", "a2.jpeg", "C.BMP"})
    write_image(dir, name, {32, 24});
  dir.write("notes.txt", "hello");
  fs::create_directory(dir / "sub.jpg");
  const auto source = open_or_fail("image_dir=" + dir.path().string());
  ASSERT_NE(source, nullptr);
  EXPECT_THAT(source->info().names, ElementsAre("C.BMP", "a10.jpg", "a2.jpeg", "b.png"));
  EXPECT_EQ(source->info().frames, 4);
  EXPECT_EQ(source->info().width, 32);
  EXPECT_EQ(source->info().height, 24);
  EXPECT_FALSE(source->info().fps);
  EXPECT_THAT(ids(*source), ElementsAre("C.BMP", "a10.jpg", "a2.jpeg", "b.png"));
  EXPECT_TRUE(source->bad().empty());
  EXPECT_EQ(source->info().left_out, "1 other file is ignored (notes.txt)");
}

TEST(ImageDir, TellsWhatElseIsThere) {
  const MediaDir dir;
  write_image(dir, "a.png", {32, 24});
  EXPECT_EQ(open_or_fail(dir.path())->info().left_out, "");
  for (const char* name : {"d.mp4", "b.txt", "c", "e.json"}) dir.write(name, "x");
  EXPECT_EQ(open_or_fail(dir.path())->info().left_out,
            "4 other files are ignored (b.txt, c, d.mp4, ...)");
}

// Opening a pipe that nobody writes to would wait for ever.
TEST(ImageDir, ReadsRegularFilesAndLinksToThemOnly) {
  const MediaDir dir;
  const auto image = write_image(dir, "b.png", {32, 24});
  ASSERT_EQ(::mkfifo((dir / "a.jpg").c_str(), 0600), 0);
  fs::create_symlink("/dev/zero", dir / "c.jpg");
  fs::create_symlink(image, dir / "d.png");
  const auto source = open_or_fail(dir.path());
  ASSERT_NE(source, nullptr);
  EXPECT_THAT(ids(*source), ElementsAre("b.png", "d.png"));
  EXPECT_EQ(source->info().left_out, "2 other files are ignored (a.jpg, c.jpg)");
  EXPECT_TRUE(source->bad().empty());
  EXPECT_THAT(open_error(dir / "a.jpg"), HasSubstr("is a pipe or a device"));
}

TEST(ImageDir, BadImagesAreNotedAndPassedOver) {
  const MediaDir dir;
  write_image(dir, "1_good.jpg", {64, 48});
  dir.write("2_empty.jpg", "");
  dir.write("3_text.png", "this is not a picture\n");
  cut_off(write_image(dir, "4_cut.jpg", {64, 48}), 0.6);
  cut_off(write_image(dir, "5_cut.png", {64, 48}), 0.6);
  cut_off(write_image(dir, "6_cut.bmp", {64, 48}), 0.6);
  fs::create_symlink(dir / "nowhere", dir / "7_dangling.jpg");
  write_image(dir, "8_good.bmp", {64, 48});

  const auto source = open_or_fail(dir.path());
  ASSERT_NE(source, nullptr);
  Frame frame;
  ASSERT_TRUE(source->next(frame).value());
  EXPECT_EQ(frame.index, 0);
  ASSERT_TRUE(source->next(frame).value());
  EXPECT_EQ(frame.id, "8_good.bmp");
  EXPECT_EQ(frame.index, 7);
  EXPECT_FALSE(source->next(frame).value());

  std::vector<std::string> notes;
  for (const auto& bad : source->bad()) notes.push_back(bad.name + " " + bad.reason);
  EXPECT_THAT(notes,
              ElementsAre("2_empty.jpg is an empty file", "3_text.png is a text file, not an image",
                          "4_cut.jpg is cut off", "5_cut.png is cut off", "6_cut.bmp is cut off",
                          HasSubstr("7_dangling.jpg may not be read: No such file")));
}

TEST(ImageDir, SizeIsThatOfTheFirstGoodImage) {
  const MediaDir dir;
  dir.write("a.jpg", "");
  write_image(dir, "b.png", {40, 30});
  write_image(dir, "c.png", {80, 60});
  const auto source = open_or_fail(dir.path());
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->info().width, 40);
  EXPECT_EQ(ids(*source).size(), 2U);
  EXPECT_EQ(source->bad().size(), 1U);  // noted once, though opening met it too
}

TEST(ImageDir, EqualSizesReuseTheMemory) {
  const MediaDir dir;
  for (const char* name : {"a.png", "b.png", "c.jpg"}) write_image(dir, name, {64, 48}, name[0]);
  const auto source = open_or_fail(dir.path());
  ASSERT_NE(source, nullptr);
  Frame frame;
  ASSERT_TRUE(source->next(frame).value());
  const auto* memory = frame.pixels.data();
  ASSERT_TRUE(source->next(frame).value());
  EXPECT_EQ(frame.pixels[3 * 63], 'b');
  ASSERT_TRUE(source->next(frame).value());
  EXPECT_EQ(frame.pixels.data(), memory);
}

TEST(ImageDir, SizesMayDiffer) {
  const MediaDir dir;
  write_image(dir, "a.png", {64, 48}, 10);
  write_image(dir, "b.png", {30, 70}, 20);
  const auto source = open_or_fail(dir.path());
  ASSERT_NE(source, nullptr);
  Frame frame;
  ASSERT_TRUE(source->next(frame).value());
  ASSERT_TRUE(source->next(frame).value());
  EXPECT_EQ(frame.width, 30);
  EXPECT_EQ(frame.height, 70);
  EXPECT_EQ(frame.pixels.size(), 30U * 70 * 3);
  EXPECT_EQ(frame.pixels[3 * 29], 20);
}

// A JPEG whose EXIF says "turned by 90 degrees", as telephones write it.
TEST(ImageDir, ExifOrientationIsApplied) {
  const MediaDir dir;
  const std::string plain = read_bytes(write_image(dir, "plain.jpg", {64, 48}));
  const std::string exif(
      "\xFF\xE1\x00\x22"
      "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0",
      36);
  dir.write("turned.jpg", plain.substr(0, 2) + exif + plain.substr(2));
  const auto source = open_or_fail(dir / "turned.jpg");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->info().width, 48);
  EXPECT_EQ(source->info().height, 64);
  EXPECT_THAT(ids(*source), ElementsAre("turned.jpg"));
}

TEST(ImageDir, GreyAndTransparentImagesBecomeBgr) {
  const MediaDir dir;
  for (const auto& [name, type] : {std::pair{"grey.png", CV_8UC1}, {"alpha.png", CV_8UC4}}) {
    std::vector<unsigned char> bytes;
    cv::imencode(".png", cv::Mat(10, 20, type, cv::Scalar(50, 60, 70, 255)), bytes);
    dir.write(name, std::string(bytes.begin(), bytes.end()));
  }
  const auto source = open_or_fail(dir.path());
  ASSERT_NE(source, nullptr);
  Frame frame;
  ASSERT_TRUE(source->next(frame).value());
  EXPECT_EQ(frame.id, "alpha.png");
  EXPECT_EQ(frame.pixels[2], 70);
  ASSERT_TRUE(source->next(frame).value());
  EXPECT_EQ(frame.pixels[2], 50);
  EXPECT_EQ(frame.pixels.size(), 600U);
}

TEST(ImageDir, ErrorsSayWhatWasFound) {
  const MediaDir dir;
  EXPECT_THAT(open_error(dir.path()),
              HasSubstr("has no images (.jpg .jpeg .png .bmp): it is empty"));
  dir.write("a.txt", "x");
  dir.write("b.mp4", "x");
  EXPECT_THAT(open_error(dir.path()), HasSubstr("it holds 2 other files (.mp4, .txt)"));
  dir.write("c.jpg", "");
  dir.write("d.jpg", "");
  EXPECT_THAT(open_error(dir.path()),
              AllOf(HasSubstr("not one of the 2 images"), HasSubstr("c.jpg is an empty file")));
  EXPECT_THAT(open_error("image_dir=" + (dir / "none")), HasSubstr("no directory or image"));
}

TEST(ImageFault, ATrailerAfterTheImageIsNoFault) {
  const MediaDir dir;
  const std::string jpeg = read_bytes(write_image(dir, "a.jpg", {64, 48}));
  EXPECT_FALSE(image_fault(jpeg));
  EXPECT_FALSE(image_fault(jpeg + std::string(100, '\0')));
}

// Cameras put a small JPEG, with an end of its own, into the header of the large one.
TEST(ImageFault, TheEndOfAThumbnailIsNotTheEndOfTheImage) {
  const MediaDir dir;
  const std::string jpeg = read_bytes(write_image(dir, "a.jpg", {64, 48}));
  const std::string thumbnail = std::string("\xFF\xE1\x00\x08\xFF\xDA\xFF\xD9\x00\x00", 10);
  const std::string whole = jpeg.substr(0, 2) + thumbnail + jpeg.substr(2);
  EXPECT_FALSE(image_fault(whole));
  EXPECT_EQ(image_fault(whole.substr(0, whole.size() - 20)), "is cut off");
}

}  // namespace
}  // namespace jetmeter
