// Reading the text that kernels and boards write. Pure and total: any bytes may come in, and what
// is not understood is absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jetmeter {

// The next line, without its end, cut off the front of `text`; absent when `text` is empty.
std::optional<std::string_view> next_line(std::string_view& text);
// The next word, cut off the front of `text`; empty when there is none.
std::string_view next_word(std::string_view& text);

std::string_view trimmed(std::string_view);

// A name fit for a report: up to the first NUL or end of line, trimmed; what is not printable
// ASCII becomes '?'. Boards end their strings with NUL, and a damaged one must not break a JSON
// file.
std::string clean_name(std::string_view);

// The whole word as a number; absent for anything else, also for "nan", "inf" and "12x".
std::optional<double> to_number(std::string_view word);
std::optional<std::uint64_t> to_count(std::string_view word);

// "36.4.7": digits and dots, beginning and ending with a digit.
bool is_version(std::string_view);

// 7 from "pwm7" between "pwm" and "", or from "oc7_event_cnt" between "oc" and "_event_cnt"; absent
// for every other name.
std::optional<std::uint64_t> number_between(std::string_view name, std::string_view prefix,
                                            std::string_view suffix);

// The value after `key` in lines of the form "MemTotal:  16384 kB", in bytes.
std::optional<std::uint64_t> meminfo_bytes(std::string_view text, std::string_view key);

// The processors that a list such as "0-3,5" names; absent when it is no such list.
std::optional<std::vector<int>> processor_list(std::string_view list);

// The value of the first line "key : value" whose key is `key`.
std::optional<std::string_view> colon_value(std::string_view text, std::string_view key);

}  // namespace jetmeter
