#include "inputs/npz.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <utility>

#include "inputs/input_file.h"
#include "inputs/zip_reason.h"

namespace jetmeter {
namespace {

constexpr std::string_view kSuffix = ".npy";
// Deflate makes at most 1032 bytes of one; a member that says more says what is not so.
constexpr std::uint64_t kMostDeflated = 1032;
constexpr std::uint64_t kMostBytes = std::uint64_t{16} << 30U;  // of all the arrays of one archive

Result<std::size_t> read_member(zip_file_t* file, std::span<std::byte> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const auto got = zip_fread(file, out.data() + done, out.size() - done);
    if (got < 0) return fail(fmt::format("is damaged: {}", zip_file_strerror(file)));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<void> check_member(const zip_stat_t& stat, std::uint64_t archive_bytes) {
  constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  if ((stat.valid & kNeeded) != kNeeded) return fail("is damaged: it does not say its size");
  if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) && stat.encryption_method != ZIP_EM_NONE) {
    return fail("is encrypted; save it without a password");
  }
  const bool stored = stat.comp_method == ZIP_CM_STORE;
  if (!stored && stat.comp_method != ZIP_CM_DEFLATE) {
    return fail("is compressed by a method that NumPy does not write; save it with savez");
  }
  const std::uint64_t factor = stored ? 1 : kMostDeflated;
  if (stat.comp_size > archive_bytes || stat.size / factor > stat.comp_size) {
    return fail(fmt::format("is damaged: it says that it is {}", format_bytes(stat.size)));
  }
  return {};
}

}  // namespace

struct NpzArchive::Zip {
  std::unique_ptr<zip_t, void (*)(zip_t*)> handle{nullptr, zip_discard};
  std::filesystem::path path;
  std::uint64_t bytes = 0;
};

NpzArchive::NpzArchive() : zip_(std::make_unique<Zip>()) {}
NpzArchive::NpzArchive(NpzArchive&&) noexcept = default;
NpzArchive::~NpzArchive() = default;

Result<NpzArchive> NpzArchive::open(const std::filesystem::path& path) {
  const auto bytes = regular_file_bytes(path);
  if (!bytes) return tl::make_unexpected(bytes.error());
  if (*bytes == 0) return fail_of(path, {"is an empty file"});
  NpzArchive archive;
  int code = 0;
  archive.zip_->handle.reset(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!archive.zip_->handle) {
    if (code == ZIP_ER_NOZIP)
      return fail_of(path, {"is not a .npz file (a zip archive), or cut off"});
    return fail_of(path, {"may not be read: " + zip_reason(code)});
  }
  archive.zip_->path = path;
  archive.zip_->bytes = *bytes;
  if (auto listed = archive.list(); !listed) return tl::make_unexpected(listed.error());
  return archive;
}

Result<void> NpzArchive::list() {
  const auto entries = zip_get_num_entries(zip_->handle.get(), 0);
  for (zip_int64_t i = 0; i < entries; ++i) {
    const char* raw = zip_get_name(zip_->handle.get(), static_cast<zip_uint64_t>(i), 0);
    if (raw == nullptr) continue;
    std::string_view name = raw;
    if (!name.ends_with(kSuffix)) continue;
    name.remove_suffix(kSuffix.size());
    names_.emplace_back(name);
    places_.push_back(static_cast<std::uint64_t>(i));
  }
  if (names_.empty()) return fail_of(zip_->path, {"holds no array (no member ends in .npy)"});
  std::vector<std::string> sorted = names_;
  std::ranges::sort(sorted);
  if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end()) {
    return fail_of(zip_->path, {fmt::format("holds two arrays {}", in_quotes(*twice))});
  }
  return {};
}

tl::unexpected<Error> NpzArchive::fail_of_member(std::size_t index, const Error& reason) const {
  return fail_of(zip_->path.string() + ":" + names_[index], reason);
}

Result<ByteStream> NpzArchive::member(std::size_t index) const {
  zip_t* zip = zip_->handle.get();
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_stat_index(zip, places_[index], 0, &stat) != 0) {
    return fail_of_member(index, {fmt::format("is damaged: {}", zip_strerror(zip))});
  }
  if (auto good = check_member(stat, zip_->bytes); !good) {
    return fail_of_member(index, good.error());
  }
  auto file = std::shared_ptr<zip_file_t>(zip_fopen_index(zip, places_[index], 0), [](auto* open) {
    if (open != nullptr) zip_fclose(open);
  });
  if (!file) return fail_of_member(index, {fmt::format("is damaged: {}", zip_strerror(zip))});
  return ByteStream{[file](std::span<std::byte> out) { return read_member(file.get(), out); },
                    stat.size};
}

Result<std::vector<TensorData>> read_npz_file(const std::filesystem::path& path) {
  const auto archive = NpzArchive::open(path);
  if (!archive) return tl::make_unexpected(archive.error());
  std::vector<TensorData> arrays;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < archive->names().size(); ++i) {
    const auto stream = archive->member(i);
    if (!stream) return tl::make_unexpected(stream.error());
    if (stream->size > kMostBytes - bytes) {
      return fail_of(path, {fmt::format("holds over {} of arrays; read them one by one",
                                        format_bytes(kMostBytes))});
    }
    bytes += stream->size;
    const auto header = read_npy_header(*stream);
    if (!header) return archive->fail_of_member(i, header.error());
    auto data = read_npy_data(*stream, *header);
    if (!data) return archive->fail_of_member(i, data.error());
    data->spec.name = archive->names()[i];
    arrays.push_back(std::move(*data));
  }
  return arrays;
}

}  // namespace jetmeter
