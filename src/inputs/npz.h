// A .npz is a zip archive whose members are .npy files. Stored and deflated members are read, as
// NumPy writes them. Errors begin with the archive's name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "inputs/npy_stream.h"
#include "jetmeter/core.h"

namespace jetmeter {

class NpzArchive {
 public:
  static Result<NpzArchive> open(const std::filesystem::path&);
  NpzArchive(NpzArchive&&) noexcept;
  ~NpzArchive();

  // Of the arrays, in the archive's order, without ".npy".
  const std::vector<std::string>& names() const { return names_; }
  // The stream lives no longer than the archive; what fails while it is read comes without a name.
  // REQUIRES: index < names().size().
  Result<ByteStream> member(std::size_t index) const;
  // "'all.npz:images' is cut off": the member's name before a reason.
  tl::unexpected<Error> fail_of_member(std::size_t index, const Error&) const;

 private:
  struct Zip;
  NpzArchive();
  Result<void> list();

  std::unique_ptr<Zip> zip_;
  std::vector<std::string> names_;
  std::vector<std::uint64_t> places_;  // by name: the index in the archive
};

}  // namespace jetmeter
