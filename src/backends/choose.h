// The choice of a backend and its words, over any table: the public functions use backends().
#pragma once

#include "jetmeter/backend.h"

namespace jetmeter {

using BackendTable = std::span<const Backend* const>;

Result<BackendChoice> choose_from(BackendTable, std::string_view name,
                                  const std::filesystem::path& model);
Result<void> check_device_in(BackendTable, const BackendChoice&, const std::filesystem::path& model,
                             std::string_view device);
Result<std::shared_ptr<Model>> load_from(BackendTable, const BackendChoice&,
                                         const std::filesystem::path&, const LoadOptions&,
                                         std::string_view option = "--backend");

}  // namespace jetmeter
