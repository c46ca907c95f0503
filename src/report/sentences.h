// Facts of a record in words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/record.h"

namespace jetmeter {

// "61.2 fps · p50 12.31 ms · p99 18.02 ms · mAP50 0.801"; of a slot without results, why.
std::string headline(const SlotRecord&);
// "completed · 2026-01-31T12:00:00Z · 31.4 s".
std::string when(const Record::Run&);
// "NVIDIA Jetson Orin Nano …, unified memory 7.44 GiB, 6 cores, 25W".
std::string machine_in_short(const Machine&);
// How they came about, and how fast they were.
std::vector<std::string> pairs_in_words(const PairsRecord&);
// "p99.9", of the record's "p999".
std::string percentile_name(std::string_view);
// One per slot whose sample was too small: "rgb: p99 needs 299 frames, there were 120".
std::vector<std::string> unsupported_percentiles(const Record&);

}  // namespace jetmeter
