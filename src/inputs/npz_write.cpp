#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zip.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <set>
#include <system_error>

#include "inputs/elements.h"
#include "inputs/input_file.h"
#include "inputs/npy_header.h"
#include "inputs/zip_reason.h"

namespace jetmeter {
namespace {

// One array on its way into an archive, which reads header and data where they lie.
struct Member {
  std::string name;
  std::string header;
  std::vector<std::byte> wide;  // float32 in place of bfloat16
  std::array<zip_buffer_fragment_t, 2> parts{};
};

std::span<const std::byte> data_of(const Member& member, const TensorData& array) {
  return array.spec.type == ElementType::bfloat16 ? member.wide : array.bytes;
}

// REQUIRES: the member stays where it is, and the array too.
void fill_member(Member& member, const TensorData& array, std::size_t index) {
  TensorSpec spec = array.spec;
  if (spec.type == ElementType::bfloat16) {
    member.wide = widened(array.bytes);
    spec.type = ElementType::float32;
  }
  member.name = (spec.name.empty() ? fmt::format("arr_{}", index) : spec.name) + ".npy";
  member.header = npy_header(spec);
  const auto data = data_of(member, array);
  // libzip takes them as writable and only reads them.
  auto* bytes = const_cast<std::byte*>(data.data());
  member.parts[0] = {reinterpret_cast<zip_uint8_t*>(member.header.data()), member.header.size()};
  member.parts[1] = {reinterpret_cast<zip_uint8_t*>(bytes), data.size()};
}

Result<void> add_member(zip_t* zip, const Member& member) {
  const auto refused = [&] {
    return fail(fmt::format("could not take {}: {}", in_quotes(member.name), zip_strerror(zip)));
  };
  const zip_uint64_t parts = member.parts[1].length > 0 ? 2 : 1;
  zip_source_t* source = zip_source_buffer_fragment(zip, member.parts.data(), parts, 0);
  if (source == nullptr) return refused();
  const auto index = zip_file_add(zip, member.name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    return refused();
  }
  // The first day that a zip archive knows, as NumPy does it: equal arrays are equal files.
  constexpr zip_uint16_t kFirstDay = 1U << 5U | 1U;
  const auto place = static_cast<zip_uint64_t>(index);
  if (zip_set_file_compression(zip, place, ZIP_CM_STORE, 0) != 0 ||
      zip_file_set_dostime(zip, place, 0, kFirstDay, 0) != 0) {
    return refused();
  }
  return {};
}

Result<std::vector<Member>> members_of(std::span<const TensorData> arrays) {
  std::vector<Member> members(arrays.size());
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    if (arrays[i].spec.type == ElementType::other) {
      return fail(fmt::format("could not take {}: its type has no place in a .npz",
                              in_quotes(arrays[i].spec.name)));
    }
    fill_member(members[i], arrays[i], i);
    if (!names.insert(members[i].name).second) {
      return fail(fmt::format("could not take two arrays {}", in_quotes(arrays[i].spec.name)));
    }
  }
  return members;
}

Result<void> write_archive(const std::string& path, std::span<const Member> members) {
  int code = 0;
  std::unique_ptr<zip_t, void (*)(zip_t*)> zip(
      zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code), zip_discard);
  if (!zip) return fail("could not be written: " + zip_reason(code));
  for (const Member& member : members) {
    if (auto added = add_member(zip.get(), member); !added) return added;
  }
  // libzip writes beside its target and renames in the end; discarded, it leaves nothing.
  if (zip_close(zip.get()) != 0) {
    return fail(fmt::format("could not be written: {}", zip_strerror(zip.get())));
  }
  static_cast<void>(zip.release());
  return {};
}

// libzip renames what may not be on the disk yet; a machine that loses power would keep the name
// of an empty file.
int sync_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno;
  const int error = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  return error;
}

}  // namespace

Result<void> write_npz_file(const std::filesystem::path& path, std::span<const TensorData> arrays) {
  if (arrays.empty()) return fail_of(path, {"was not written: there is no array for it"});
  const auto members = members_of(arrays);
  if (!members) return fail_of(path, members.error());
  const auto target = replaceable(path);
  if (!target) return tl::make_unexpected(target.error());
  const std::string draft = target->string() + ".part";
  if (auto written = write_archive(draft, *members); !written) {
    return fail_of(path, written.error());
  }
  int error = sync_file(draft);
  if (error == 0 && ::rename(draft.c_str(), target->c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(draft.c_str());
  return fail_of(path, {"could not be written: " + std::generic_category().message(error)});
}

}  // namespace jetmeter
