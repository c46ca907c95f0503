// A MonitorView as one JSON document, for scripts.
#pragma once

#include <string>

#include "monitor/view.h"

namespace jetmeter {

// Ends in a newline. What is unknown is null; amounts carry their unit in the key.
// A time without a Z at its end is local, in a zone that the recording does not tell.
std::string view_as_json(const MonitorView&);

}  // namespace jetmeter
