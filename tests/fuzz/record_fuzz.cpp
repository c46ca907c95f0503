#include "fuzz/fuzz.h"
#include "jetmeter/record.h"
#include "record/wall_time.h"
#include "support/sample_record.h"

namespace jetmeter {

std::vector<std::string> fuzz_seeds() {
  return {to_json(sample_record()), to_json(sample_record_of_a_bench()), to_json(Record{}),
          "2026-01-31T12:00:00.123456Z", "2024-02-29T23:59:59Z"};
}

}  // namespace jetmeter

// What is read can be written, and read again as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const auto text = as_text(data, size);
  if (const auto time = parse_utc(text)) format_utc(*time);
  const auto record = record_from_json(text);
  if (!record) return 0;
  const auto written = to_json(*record);
  const auto again = record_from_json(written);
  fuzz_require(again.has_value(), "a record that was written can be read");
  fuzz_require(to_json(*again) == written, "a record that was read again is the same");
  return 0;
}
