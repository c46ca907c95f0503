#pragma once

#include <exception>
#include <optional>
#include <string>

#include "jetmeter/core.h"

namespace jetmeter {

// Runs `work`; what it threw, as an error. The one place where a lane's exceptions are caught.
template <typename Work>
std::optional<Error> failure_of(const Work& work) {
  try {
    work();
    return std::nullopt;
  } catch (const std::exception& error) {
    return Error{std::string("it threw: ") + error.what()};
  } catch (...) {
    return Error{"it threw something that is not an exception"};
  }
}

}  // namespace jetmeter
