#include "cli/read_graph.h"

#include <gmock/gmock.h>

#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

void append(std::string& bytes, std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
}

// The start of a plan of TensorRT 10.5.0.18, and nothing behind it.
std::string plan() {
  std::string bytes = "ftrt";
  append(bytes, 0, 4);
  append(bytes, 1, 8);
  append(bytes, 300, 8);
  for (const std::uint64_t number : {10U, 5U, 0U, 18U}) append(bytes, number, 1);
  bytes += "rtrt";
  bytes.resize(300);
  return bytes;
}

TEST(ReadGraph, RefusesAPlanByItsKind) {
  const TempDir dir;
  const auto model = read_graph(dir.write("net.onnx", plan()));
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().what,
              EndsWith("net.onnx' is a TensorRT plan; name the ONNX file that it was made from"));
}

TEST(ReadGraph, LeavesTheReadersOwnWordsForAnythingElse) {
  const TempDir dir;
  for (const auto& bytes : {std::string("\x01\x02\x03"), std::string(), std::string("words")}) {
    const auto file = dir.write("net.onnx", bytes);
    const auto model = read_graph(file);
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().what, read_onnx(file).error().what);
  }
  EXPECT_THAT(read_graph(dir.path() / "none.onnx").error().what, HasSubstr("none.onnx"));
}

}  // namespace
}  // namespace jetmeter
