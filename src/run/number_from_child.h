// A number that another process finds out: what it reads may crash it, and what it takes is not
// ours.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace jetmeter {

// Forks, and takes what `find` returns there. Absent when it returns nothing or throws, when the
// process dies of it, and when it takes longer than `seconds_allowed`; 0 allows it any time.
std::optional<std::uint64_t> number_from_child(
    unsigned seconds_allowed, const std::function<std::optional<std::uint64_t>()>& find);

}  // namespace jetmeter
