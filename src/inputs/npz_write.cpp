#include <fmt/format.h>
#include <zip.h>

#include <array>
#include <memory>
#include <set>

#include "inputs/elements.h"
#include "inputs/input_file.h"
#include "inputs/npy_header.h"

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

}  // namespace

Result<void> write_npz_file(const std::filesystem::path& path, std::span<const TensorData> arrays) {
  if (arrays.empty()) return fail_of(path, {"was not written: there is no array for it"});
  const auto members = members_of(arrays);
  if (!members) return fail_of(path, members.error());
  // libzip writes beside the target and renames in the end; discarded, it leaves nothing.
  int code = 0;
  std::unique_ptr<zip_t, void (*)(zip_t*)> zip(
      zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code), zip_discard);
  if (!zip) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const Error reason{fmt::format("could not be written: {}", zip_error_strerror(&error))};
    zip_error_fini(&error);
    return fail_of(path, reason);
  }
  for (const Member& member : *members) {
    if (auto added = add_member(zip.get(), member); !added) return fail_of(path, added.error());
  }
  if (zip_close(zip.get()) != 0) {
    return fail_of(path, {fmt::format("could not be written: {}", zip_strerror(zip.get()))});
  }
  zip.release();
  return {};
}

}  // namespace jetmeter
