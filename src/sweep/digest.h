// Names for configurations: equal ones are equal on every machine and in every version. Not a
// protection against anybody.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jetmeter {

// FNV-1a over the parts, each behind its length, so that ("ab", "c") is not ("a", "bc").
class SweepDigest {
 public:
  void add(std::string_view part);
  std::string text() const;  // 16 hexadecimal digits

 private:
  void add_byte(unsigned char byte);
  std::uint64_t state_ = 0xcbf29ce484222325;
};

}  // namespace jetmeter
