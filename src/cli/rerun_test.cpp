#include "cli/rerun.h"

#include <gtest/gtest.h>

#include "support/sample_record.h"

namespace jetmeter {
namespace {

TEST(ExpectModels, OnlyThoseThatTheRecordIsOf) {
  auto record = sample_record();
  record.run.working_directory = "/there";
  record.slots[0].model->path = "m/../a.onnx";
  record.slots[0].model->sha256 = "abc";
  const auto expected = [&](const char* slot, const char* model) {
    RunSpec spec;
    spec.slots.resize(1);
    spec.slots[0].name = slot;
    spec.slots[0].model = model;
    expect_models(spec, record);
    return spec.slots[0].expected_sha256;
  };
  EXPECT_EQ(expected("rgb", "/there/a.onnx"), "abc");
  EXPECT_EQ(expected("rgb", "/there/b.onnx"), "");
  EXPECT_EQ(expected("depth", "/there/a.onnx"), "");
  record.run.working_directory.reset();  // of an older version
  EXPECT_EQ(expected("rgb", "a.onnx"), "abc");
}

}  // namespace
}  // namespace jetmeter
