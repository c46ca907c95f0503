#include "run/sha256.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace jetmeter {
namespace {

TEST(Sha256, OfTheStandardsExamples) {
  const auto path =
      std::filesystem::path(testing::TempDir()) / ("jm_sha256_" + std::to_string(getpid()));
  std::ofstream(path) << "abc";
  EXPECT_EQ(sha256_of_file(path),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  std::ofstream(path) << std::string(1000000, 'a');  // longer than one piece
  EXPECT_EQ(sha256_of_file(path),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  std::filesystem::remove(path);
  EXPECT_FALSE(sha256_of_file(path));
}

}  // namespace
}  // namespace jetmeter
