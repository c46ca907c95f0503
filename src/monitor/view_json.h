// A MonitorView as one JSON document, for scripts.
#pragma once

#include <string>

#include "monitor/view.h"

namespace jetmeter {

// Ends in a newline. What is unknown is null; amounts carry their unit in the key.
std::string view_as_json(const MonitorView&);

}  // namespace jetmeter
