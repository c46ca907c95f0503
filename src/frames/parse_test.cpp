#include <gmock/gmock.h>

#include <filesystem>

#include "frames/test_media.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string kind_of(const std::string& text) {
  const auto spec = parse_source(text);
  return spec ? std::string(spec->kind->name) : "error: " + spec.error().what;
}

TEST(ParseSource, KindBeforeTheFirstEqualsSign) {
  const auto spec = parse_source("video=a=b.mp4");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->kind->name, "video");
  EXPECT_EQ(spec->location, "a=b.mp4");
}

TEST(ParseSource, BareKind) {
  const auto spec = parse_source("synthetic");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->kind->name, "synthetic");
  EXPECT_EQ(spec->location, "");
}

TEST(ParseSource, AGeneratedSceneNeedsNoName) {
  const auto spec = parse_source("synthetic:640x480@10");
  ASSERT_TRUE(spec) << spec.error().what;
  EXPECT_EQ(spec->kind->name, "synthetic");
  EXPECT_EQ(spec->location, ":640x480@10");
  const auto source = open_source("synthetic:96x64:3");
  ASSERT_TRUE(source) << source.error().what;
  EXPECT_EQ((*source)->info().width, 96);
}

TEST(ParseSource, BarePathsByWhatTheyAre) {
  const MediaDir dir;
  std::filesystem::create_directory(dir / "shots.mp4");  // a directory, whatever its name
  EXPECT_EQ(kind_of(dir.path()), "image_dir");
  EXPECT_EQ(kind_of(dir / "shots.mp4"), "image_dir");
  EXPECT_EQ(kind_of(dir.write("a.JPG", "")), "image_dir");
  EXPECT_EQ(kind_of(dir.write("clip.MP4", "")), "video");
  EXPECT_EQ(kind_of(dir.write("clip.webm", "")), "video");
  EXPECT_EQ(kind_of("0"), "camera");
  EXPECT_EQ(kind_of("/dev/video7"), "camera");
}

TEST(ParseSource, AnEqualsSignInAPathIsNoKind) {
  const MediaDir dir;
  const auto path = dir.write("take=2.png", "");
  EXPECT_EQ(kind_of(path), "image_dir");
  EXPECT_THAT(kind_of(dir / "take=3.png"), HasSubstr("no file or directory"));
}

TEST(ParseSource, MisspeltKindsAreCorrected) {
  EXPECT_THAT(
      kind_of("vidoe=clip.mp4"),
      AllOf(HasSubstr("'vidoe'"), HasSubstr("did you mean video"), HasSubstr("image_dir=PATH")));
  EXPECT_THAT(kind_of("synthetc"), HasSubstr("did you mean synthetic"));
}

TEST(ParseSource, WhatIsMissingIsNamed) {
  EXPECT_THAT(kind_of("clips/none.mp4"), HasSubstr("no file or directory 'clips/none.mp4'"));
  EXPECT_THAT(kind_of(""), HasSubstr("synthetic["));
}

TEST(ParseSource, AFileOfUnknownNameAsksWhatItIs) {
  const MediaDir dir;
  const auto path = dir.write("notes.txt", "hello");
  EXPECT_THAT(kind_of(path), AllOf(HasSubstr("notes.txt"), HasSubstr("video=PATH")));
}

TEST(OpenSource, EveryKindThatNeedsAPathSaysSo) {
  EXPECT_THAT(open_error("video"), HasSubstr("video=PATH"));
  EXPECT_THAT(open_error("image_dir="), HasSubstr("image_dir=PATH"));
}

}  // namespace
}  // namespace jetmeter
