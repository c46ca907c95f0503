#include "sweep/digest.h"

#include <fmt/format.h>

namespace jetmeter {

void SweepDigest::add_byte(unsigned char byte) {
  constexpr std::uint64_t kPrime = 0x100000001b3;
  state_ = (state_ ^ byte) * kPrime;
}

void SweepDigest::add(std::string_view part) {
  for (unsigned shift = 0; shift < 64; shift += 8)
    add_byte(static_cast<unsigned char>(static_cast<std::uint64_t>(part.size()) >> shift));
  for (const char c : part) add_byte(static_cast<unsigned char>(c));
}

std::string SweepDigest::text() const {
  return fmt::format("{:016x}", state_);
}

}  // namespace jetmeter
