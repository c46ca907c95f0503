// The L4T release by the package that brings it, for containers, which seldom have
// /etc/nv_tegra_release.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "jetmeter/core.h"

namespace jetmeter {

// "36.4.4" from dpkg's list of packages, of "Version: 36.4.4-20250616085344" of nvidia-l4t-core.
// Absent where that package is not installed. Takes line by line: the list has megabytes.
std::optional<std::string> parse_l4t_package(std::istream& packages);
std::optional<std::string> read_l4t_package(const Host&);

}  // namespace jetmeter
