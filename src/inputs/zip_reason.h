// libzip's own words for an error that happened before there was an archive to ask.
#pragma once

#include <zip.h>

#include <string>

namespace jetmeter {

inline std::string zip_reason(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

}  // namespace jetmeter
