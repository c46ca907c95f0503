#include "quantize/digest.h"

#include <fmt/format.h>

#include <fstream>
#include <vector>

#include "jetmeter/quantize.h"

namespace jetmeter {

void SampleDigest::add(std::span<const std::byte> bytes) {
  for (const auto byte : bytes)
    state_ = (state_ ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3;
}

void SampleDigest::add(std::string_view text) {
  const auto size = static_cast<std::uint64_t>(text.size());
  add(std::as_bytes(std::span(&size, 1)));
  add(std::as_bytes(std::span(text.data(), text.size())));
}

std::string SampleDigest::text() const {
  return fmt::format("{:016x}", state_);
}

Result<std::string> file_digest(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  SampleDigest digest;
  std::vector<char> piece(1 << 20);
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    digest.add(std::as_bytes(std::span(piece.data(), static_cast<std::size_t>(file.gcount()))));
  }
  if (!file.eof()) return fail(fmt::format("{} cannot be read", in_quotes(path.string())));
  return digest.text();
}

}  // namespace jetmeter
