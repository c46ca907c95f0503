#include "fuzz/fuzz.h"
#include "jetmeter/sweep.h"
#include "sweep/journal_text.h"

namespace jetmeter {

std::vector<std::string> fuzz_seeds() {
  StepResult result;
  result.id = "003-yolov8n-threads-2";
  result.digest = "0123456789abcdef";
  result.status = "failed";
  result.reason = "signal SIGKILL";
  result.exit_code = 2;
  result.out = result.id;
  result.values = {{"", "yolov8n.onnx"}, {"threads", "2"}};
  return {journal_header("0123456789abcdef", 4) + journal_line(result) + journal_line(result),
          "1,2,4",
          R"('a,b',c\,d,"e")",
          "1:8:2,0.25:2*2,8:1:-1",
          "5s,45C,max=3min",
          "latency_ms.p50",
          "[sweep]\nthreads = [1, 2]\nmodel = \"1:4\"\nrepeats = 2\ncool-down = '45C'\n"
          "[[sweep.exclude]]\nthreads = 2\n"};
}

namespace {

// What is read can be written, and read again as the same.
void check_journal(std::string_view text) {
  const auto parsed = parse_journal(text);
  if (!parsed) return fuzz_require(!parsed.error().what.empty(), "a failure has a reason");
  fuzz_require(parsed->whole_bytes <= text.size(), "a journal does not end behind its text");
  if (parsed->unwritten) return;
  auto written = journal_header(parsed->journal.plan_digest, 4);
  for (const auto& result : parsed->journal.results) written += journal_line(result);
  const auto again = parse_journal(written);
  fuzz_require(again && again->journal.torn_lines == 0, "a journal that was written can be read");
  fuzz_require(again->journal.results.size() == parsed->journal.results.size(),
               "a journal that was read again has as many results");
}

void check_values(std::string_view text) {
  const auto values = sweep_values(text);
  if (!values) return fuzz_require(!values.error().what.empty(), "a failure has a reason");
  fuzz_require(!values->empty() && values->size() <= 10'000, "a list has 1 to 10000 values");
  if (values->size() > 50) return;
  const std::vector<SweepAxis> axes{{std::string(text.substr(0, 20)), *values}, {"", *values}};
  const auto plan = plan_sweep(axes, {.repeats = 2});
  if (!plan) return;
  for (const auto& step : *plan) {
    fuzz_require(step.id.find_first_of(std::string_view("/\0\n ", 4)) == step.id.npos &&
                     step.id.size() < 100,
                 "an id is safe as a folder's name");
  }
}

}  // namespace
}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const auto text = as_text(data, size);
  check_journal(text);
  check_values(text);
  if (const auto wanted = parse_cool_down(text))
    fuzz_require(wanted->least <= wanted->most, "a pause has an end");
  static_cast<void>(parse_sweep_metric(text.substr(0, 100)));
  if (const auto file = parse_sweep(text))
    for (const auto& axis : file->axes) fuzz_require(!axis.values.empty(), "an axis has values");
  return 0;
}
