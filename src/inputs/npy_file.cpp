#include "inputs/input_file.h"

namespace jetmeter {

Result<TensorData> read_npy_file(const std::filesystem::path& path) {
  const auto stream = open_input_file(path);
  if (!stream) return tl::make_unexpected(stream.error());
  const auto header = read_npy_header(*stream);
  if (!header) return fail_of(path, header.error());
  auto data = read_npy_data(*stream, *header);
  if (!data) return fail_of(path, data.error());
  return data;
}

}  // namespace jetmeter
