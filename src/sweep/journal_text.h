// The lines of sweep.jsonl. Pure: any bytes may come in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "jetmeter/sweep.h"

namespace jetmeter {

// With their newlines.
std::string journal_header(std::string_view plan_digest, std::size_t steps);
std::string journal_line(const StepResult&);

struct JournalText {
  Journal journal;
  std::size_t whole_bytes = 0;  // up to the end of the last line that has one
  // There is nothing in it yet, or a header that a death cut off.
  bool unwritten = false;
};
// Fails when it is no journal, or one of a newer program.
Result<JournalText> parse_journal(std::string_view);

}  // namespace jetmeter
