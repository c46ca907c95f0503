// The real images, videos and models that some tests use where they are at hand.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace jetmeter {

// A file or folder of the test data, whether it exists or not.
inline std::filesystem::path real_data(std::string_view name) {
  const char* root = std::getenv("JETMETER_DATA");
  return std::filesystem::path(root != nullptr ? root : JM_DEFAULT_DATA) / name;
}

}  // namespace jetmeter

#define JM_SKIP_WITHOUT(path)                                                    \
  if (!std::filesystem::exists(path)) {                                          \
    GTEST_SKIP() << path << " is absent; JETMETER_DATA names the data's folder"; \
  }
