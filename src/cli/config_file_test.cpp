#include "cli/config_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "support/sample_record.h"

namespace jetmeter {
namespace {

using Words = std::vector<std::string>;

class ConfigFile : public testing::Test {
 protected:
  ~ConfigFile() override { std::filesystem::remove(path_); }
  std::string write(const std::string& text) {
    std::ofstream(path_) << text;
    return path_.string();
  }
  std::filesystem::path path_ = std::filesystem::path(testing::TempDir()) /
                                ("jm_config_" + std::to_string(getpid()) + ".toml");
};

TEST_F(ConfigFile, GivesOptionsAsTheCommandLineWould) {
  const auto words = arguments_from_toml(
      write("max-frames = 30\nconf = 0.25\nparallel = true\nquiet = false\n"
            "backend-option = [\"a=1\", \"b=2\"]\n[detect]\nmodel0 = \"m.onnx\"\n[vos]\nx = 1\n"),
      "detect");
  ASSERT_TRUE(words) << words.error().what;
  EXPECT_EQ(*words, (Words{"--backend-option", "a=1", "--backend-option", "b=2", "--conf", "0.25",
                           "--max-frames", "30", "--parallel", "--model0", "m.onnx"}));
}

TEST_F(ConfigFile, NamesTheLineThatIsNoToml) {
  const auto words = arguments_from_toml(write("a = 1\nb = \n"), "detect");
  ASSERT_FALSE(words);
  EXPECT_NE(words.error().what.find("line 2"), std::string::npos) << words.error().what;
}

TEST_F(ConfigFile, RefusesValuesThatNoOptionCanTake) {
  const auto words = arguments_from_toml(write("when = 2026-01-01\n"), "detect");
  ASSERT_FALSE(words);
  EXPECT_NE(words.error().what.find("'when'"), std::string::npos);
}

TEST_F(ConfigFile, StandsBeforeWhatWasTyped) {
  const auto file = write("warmup = 1\n");
  EXPECT_EQ(with_config_files({"detect", "--warmup", "3", "--config", file}).value(),
            (Words{"detect", "--warmup", "1", "--warmup", "3"}));
  EXPECT_EQ(with_config_files({"detect", "--config=" + file}).value(),
            (Words{"detect", "--warmup", "1"}));
  EXPECT_FALSE(with_config_files({"detect", "--config"}));
}

TEST_F(ConfigFile, WhatIsWrittenIsReadAgain) {
  const OptionValues values{{"model0", "a \"quoted\" name.onnx"}, {"max-frames", "30"}};
  const auto words = arguments_from_toml(write(to_toml(values, "detect")), "detect");
  ASSERT_TRUE(words) << words.error().what;
  EXPECT_EQ(*words, (Words{"--max-frames", "30", "--model0", "a \"quoted\" name.onnx"}));
}

// The default of --image-size was once recorded as if it had been typed.
TEST_F(ConfigFile, OfAnOldRecordTheDefaultImageSizeWasNotTyped) {
  auto record = sample_record();
  record.run.command = "jetmeter detect --model0 m.onnx";
  record.run.config = {{"image-size", "640"}, {"warmup", "2"}};
  EXPECT_EQ(arguments_from_record(write(to_json(record)), "detect").value(), (Words{"--warmup=2"}));
  record.run.config = {{"image-size", "480"}};
  EXPECT_EQ(arguments_from_record(write(to_json(record)), "detect").value(),
            (Words{"--image-size=480"}));
  record.run.config = {{"imgsz", "640"}};
  EXPECT_EQ(arguments_from_record(write(to_json(record)), "detect").value(),
            (Words{"--imgsz=640"}));
}

TEST_F(ConfigFile, AnOptionThatIsRepeatedIsAnArray) {
  const OptionValues values{
      {"backend-option", "a=1"}, {"warmup", "2"}, {"backend-option", "b=x,y"}};
  const auto words = arguments_from_toml(write(to_toml(values, "detect")), "detect");
  ASSERT_TRUE(words) << words.error().what;
  EXPECT_EQ(*words,
            (Words{"--backend-option", "a=1", "--backend-option", "b=x,y", "--warmup", "2"}));
}

}  // namespace
}  // namespace jetmeter
