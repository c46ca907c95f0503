#include "cli/recorded_paths.h"

#include <gmock/gmock.h>

#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(AsOf, AnotherFolderStandsBeforeWhatWasRelative) {
  EXPECT_THAT(
      as_of({{"model", "m/a.onnx"},
             {"model", "/abs/b.onnx"},
             {"ground-truth", "labels"},
             {"dump-outputs", "out.npz"},
             {"labels-file", ""},
             {"source", "video=clip.mp4"},
             {"source", "camera=0"},
             {"threads", "2"}},
            "/there", "/here"),
      ElementsAre(Pair("model", "/there/m/a.onnx"), Pair("model", "/abs/b.onnx"),
                  Pair("ground-truth", "/there/labels"), Pair("dump-outputs", "/there/out.npz"),
                  Pair("labels-file", ""), Pair("source", "video=/there/clip.mp4"),
                  Pair("source", "camera=0"), Pair("threads", "2")));
}

TEST(AsOf, WhatMayBeAWordIsAFileWhereItExists) {
  const TempDir dir;
  const auto there = dir.path().string();
  for (const auto* file : {"cat.jpg", "synthetic"}) dir.write(file, "x");
  EXPECT_THAT(
      as_of({{"input", "images=cat.jpg"},
             {"input", "images=dog.jpg"},
             {"input", "images=raw:cat.jpg"},
             {"input", "cat.jpg"},
             {"input", "x=random:-1:1"},
             {"source", "cat.jpg"},
             {"source", "synthetic"}},
            there, "/here"),
      ElementsAre(Pair("input", "images=" + there + "/cat.jpg"), Pair("input", "images=dog.jpg"),
                  Pair("input", "images=raw:" + there + "/cat.jpg"),
                  Pair("input", there + "/cat.jpg"), Pair("input", "x=random:-1:1"),
                  Pair("source", there + "/cat.jpg"), Pair("source", "synthetic")));
}

TEST(AsOf, InTheSameFolderOrWhereItIsUnknownNothingChanges) {
  EXPECT_THAT(as_of({{"model", "a.onnx"}}, "/here", "/here"), ElementsAre(Pair("model", "a.onnx")));
  EXPECT_THAT(as_of({{"model", "a.onnx"}}, std::nullopt, "/here"),
              ElementsAre(Pair("model", "a.onnx")));
}

}  // namespace
}  // namespace jetmeter
