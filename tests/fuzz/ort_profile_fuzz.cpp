#include "backends/onnxruntime_profile.h"
#include "fuzz/fuzz.h"

namespace jetmeter {

std::vector<std::string> fuzz_seeds() {
  return {R"([
{"cat" : "Session","pid" :7,"tid" :7,"dur" :86387,"ts" :32137,"ph" : "X","name" :"session_initialization","args" : {}},
{"cat" : "Node","pid" :7,"tid" :7,"dur" :689,"ts" :123697,"ph" : "X","name" :"Slice_34_kernel_time","args" : {"thread_scheduling_stats" : {"main_thread": {"block_size": []}},"node_index" : "6","provider" : "CPUExecutionProvider","op_name" : "Slice"}},
{"cat" : "Node","pid" :7,"tid" :7,"dur" :900,"ts" :123690,"ph" : "X","name" :"if_kernel_time","args" : {"node_index" : "7","provider" : "CPUExecutionProvider","op_name" : "If"}},
{"cat" : "Session","pid" :7,"tid" :7,"dur" :45912,"ts" :234179,"ph" : "X","name" :"model_run","args" : {}},
{"cat" : "Node","pid" :7,"tid" :7,"dur" :12,"ts" :323697,"ph" : "X","name" :"Slice_34_kernel_time","args" : {"node_index" : "6","provider" : "CPUExecutionProvider","op_name" : "Slice"}},
{"cat" : "Session","pid" :7,"tid" :7,"dur" :20,"ts" :323690,"ph" : "X","name" :"model_run","args" : {}}
]
)",
          R"({"cat":"Node","ts":1,"dur":2,"name":"_kernel_time","args":[]}
{"cat":"Session","name":"model_run"})"};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const auto layers = parse_ort_profile(as_text(data, size));
  fuzz_require(layers || !layers.error().what.empty(), "a failure has a reason");
  if (!layers) return 0;
  for (const auto& layer : *layers) {
    fuzz_require(layer.calls > 0, "a layer was called");
    fuzz_require(layer.total.count() >= 0, "time does not run backwards");
    fuzz_require(layer.first_begin.count() >= 0, "nothing begins before its run");
  }
  return 0;
}
