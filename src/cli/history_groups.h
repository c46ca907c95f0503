// Which rows of a history may be put in one order: those that `compare` would compare, by what a
// row knows of them. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/history_tables.h"

namespace jetmeter {

// In the order in which their first rows stand, each in the order of its rows, numbered from 1. Not
// known is a value of its own.
std::vector<std::vector<HistoryEntry>> comparable_groups(std::vector<HistoryEntry>);

// "board, scenario, rate": what a comparison would stumble over; empty where nothing differs.
std::string what_differs(std::span<const HistoryEntry>);

// A table for each group under what sets it apart, and how many there are.
std::string history_group_tables(const std::vector<std::vector<HistoryEntry>>&,
                                 const std::vector<std::string>& metrics);

}  // namespace jetmeter
