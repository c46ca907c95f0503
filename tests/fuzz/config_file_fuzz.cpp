#include "cli/config_file.h"
#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"

namespace jetmeter {
namespace {

// An option of every kind.
struct Detect {
  Detect() {
    app.add_option("--model", texts);
    app.add_option("--max-frames", text)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    app.add_option("--mean", numbers)->delimiter(',')->expected(3);
    app.add_flag("--solo");
  }
  CLI::App app{"", "detect"};
  std::string text;
  std::vector<std::string> texts;
  std::vector<double> numbers;
};

const CLI::App& detect() {
  static const Detect detect;
  return detect.app;
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
  return {
      "max-frames = 300\nmetrics-interval = \"500ms\"\n[detect]\nmodel = ['a.onnx', \"b.onnx\"]\n"
      "confidence = 0.25\nsolo = true\nmean = [1, 2, 3]\n# comment\n[report]\nformat = 'md'\n",
      "a = 1979-05-27T07:32:00Z\nb = [[1, 2], [3.5]]\n'c d'.e = {f = 1}\ng = \"\"\"x\ny\"\"\"\n",
      to_toml({{"model", "a \"quoted\" \\ name"}, {"max-frames", "3"}}, detect())};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  static MemoryFile file;
  const auto text = as_text(data, size);
  fuzz_require(file.hold(text), "the file can be written");
  const auto words = arguments_from_toml(file.path(), detect());
  fuzz_require(words || !words.error().what.empty(), "a failure has a reason");

  // Whatever a value is, what is written can be read.
  fuzz_require(file.hold(to_toml({{"model", std::string(text)}}, detect())),
               "the file can be written");
  arguments_from_toml(file.path(), detect());
  return 0;
}
