#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "inputs/convert.h"
#include "inputs/elements.h"
#include "inputs/extents.h"
#include "inputs/generate.h"
#include "inputs/input_file.h"
#include "inputs/input_names.h"
#include "inputs/npz.h"
#include "inputs/npz_member.h"
#include "inputs/picture.h"

namespace jetmeter {
namespace {

std::string type_and_shape(const TensorSpec& spec) {
  return fmt::format("{} {}", name(spec.type), format_shape(spec.shape));
}

void add_remark(TensorData& data, std::string remark) {
  data.remark += (data.remark.empty() ? "" : "; ") + std::move(remark);
}

std::size_t count_not_finite(const TensorData& data) {
  return with_element(data.spec.type, [&]<typename T>(std::type_identity<T>) -> std::size_t {
    std::size_t count = 0;
    if constexpr (is_float_element<T>)
      for (std::size_t i = 0; i < data.bytes.size() / sizeof(T); ++i)
        count += std::isfinite(to_number(load_element<T>(data.bytes, i))) ? 0 : 1;
    return count;
  });
}

bool is_file(const Fill& fill) {
  return fill.kind == FillKind::npy || fill.kind == FillKind::npz || fill.kind == FillKind::raw;
}

// The stream's array as `wanted`; one of another shape or kind is not read. Errors are to be read
// after the source's name.
Result<TensorData> take_array(const ByteStream& stream, const TensorSpec& wanted) {
  const auto header = read_npy_header(stream);
  if (!header) return tl::make_unexpected(header.error());
  const TensorSpec& held = header->spec;
  if (held.shape != wanted.shape || !convertible(held.type, wanted.type)) {
    return fail(
        fmt::format("holds {}, and {} is needed", type_and_shape(held), type_and_shape(wanted)));
  }
  auto data = read_npy_data(stream, *header);
  if (!data) return data;
  auto converted = convert(std::move(*data), wanted.type);
  if (!converted) return fail("holds " + converted.error().what);
  if (held.type != wanted.type)
    add_remark(*converted, fmt::format("converted from {}", name(held.type)));
  return converted;
}

Result<TensorData> from_npy(const TensorSpec& input, const Fill& fill) {
  const auto stream = open_input_file(fill.file);
  if (!stream) return tl::make_unexpected(stream.error());
  auto data = take_array(*stream, input);
  if (!data) return fail_of(fill.file, data.error());
  return data;
}

Result<TensorData> from_npz(const TensorSpec& input, const Fill& fill, bool only_input) {
  const auto archive = NpzArchive::open(fill.file);
  if (!archive) return tl::make_unexpected(archive.error());
  const auto index = choose_member(archive->names(), input, fill, only_input);
  if (!index) return tl::make_unexpected(index.error());
  const auto stream = archive->member(*index);
  if (!stream) return tl::make_unexpected(stream.error());
  auto data = take_array(*stream, input);
  if (!data) return archive->fail_of_member(*index, data.error());
  const auto& member = archive->names()[*index];
  if (fill.member.empty() && member != input.name && member + ".npy" != input.name)
    add_remark(*data, "its only array, " + in_quotes(member));
  return data;
}

Result<TensorData> from_raw(const TensorSpec& input, const Fill& fill) {
  const auto bytes = tensor_bytes(input.type, input.shape).value_or(0);
  const auto stream = open_input_file(fill.file);
  if (!stream) return tl::make_unexpected(stream.error());
  if (stream->size != bytes) {
    return fail_of(fill.file, {fmt::format("has {} bytes, and {} is {}", stream->size,
                                           type_and_shape(input), bytes)});
  }
  TensorData data{input, std::vector<std::byte>(bytes)};
  const auto got = stream->read(data.bytes);
  if (!got) return fail_of(fill.file, got.error());
  if (*got != bytes) return fail_of(fill.file, {"became shorter while it was read"});
  const auto wrong = std::ranges::find_if(data.bytes, [](auto b) { return b > std::byte{1}; });
  if (input.type == ElementType::boolean && wrong != data.bytes.end()) {
    return fail_of(fill.file,
                   {fmt::format("has {} as its byte {}; a boolean is 0 or 1",
                                std::to_integer<int>(*wrong), wrong - data.bytes.begin())});
  }
  return data;
}

// Errors are to be read after "input 'x'".
Result<TensorData> make_tensor(const TensorSpec& input, const Fill& fill, std::uint64_t seed,
                               bool only_input) {
  const auto after = [](std::string_view between, Result<TensorData> made) -> Result<TensorData> {
    if (!made) return fail(std::string(between) + made.error().what);
    return made;
  };
  switch (fill.kind) {
    case FillKind::random: return after(" ", random_tensor(input, fill, seed));
    case FillKind::constant: return after(" ", constant_tensor(input, fill));
    case FillKind::image: return after(" ", picture_tensor(input, fill.file));
    case FillKind::npy: return after(": ", from_npy(input, fill));
    case FillKind::npz: return after(": ", from_npz(input, fill, only_input));
    case FillKind::raw: return after(": ", from_raw(input, fill));
  }
  return fail(" has a fill of an unknown kind");
}

Result<TensorData> make_input(const TensorSpec& input, const Fill& fill, std::uint64_t seed,
                              bool only_input) {
  const std::string who = "input " + in_quotes(input.name);
  if (input.type == ElementType::other) {
    return fail(who + " is of a type that jetmeter cannot fill (text, complex numbers, …)");
  }
  if (!tensor_bytes(input.type, input.shape)) {
    return fail(
        fmt::format("{} is {}: every axis needs a number, and all of them have to fit a "
                    "memory",
                    who, format_shape(input.shape)));
  }
  auto made = make_tensor(input, fill, seed, only_input);
  if (!made) return fail(who + made.error().what);
  made->spec = input;
  if (!is_file(fill)) return made;
  if (const auto count = count_not_finite(*made); count > 0)
    add_remark(*made, fmt::format("{} of its values {}", count,
                                  count == 1 ? "is no finite number" : "are no finite numbers"));
  return made;
}

}  // namespace

Result<std::vector<TensorData>> make_inputs(std::span<const TensorSpec> concrete,
                                            const Fills& fills, std::uint64_t seed) {
  for (const auto& [name, fill] : fills) {
    if (name.empty()) continue;
    if (auto known = check_input_name(name, concrete); !known) {
      return tl::make_unexpected(known.error());
    }
  }
  const Fill by_type;
  std::vector<TensorData> tensors;
  for (std::size_t i = 0; i < concrete.size(); ++i) {
    const Fill* fill = of_input(fills, concrete[i].name);
    const bool own = fills.contains(concrete[i].name);
    auto tensor = make_input(concrete[i], fill ? *fill : by_type, stream_seed(seed, i),
                             own || concrete.size() == 1);
    if (!tensor) return tl::make_unexpected(tensor.error());
    tensors.push_back(std::move(*tensor));
  }
  return tensors;
}

}  // namespace jetmeter
