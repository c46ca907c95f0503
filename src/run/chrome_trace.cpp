#include "run/chrome_trace.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

namespace jetmeter {
namespace {

using Json = nlohmann::ordered_json;

double microseconds(Nanoseconds time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

class Writer {
 public:
  void process(const TraceProcess& process) {
    ++pid_;
    threads_.clear();
    describe("process_name", 0, process.name);
    std::map<std::string_view, Nanoseconds> free_from;  // by device
    for (const auto& layer : process.layers) {
      const auto time = layer.total / std::max<std::int64_t>(1, layer.calls);
      const auto first = process.layers_begin + layer.first_begin;
      auto& next = free_from.emplace(layer.device, first).first->second;
      const auto begin = std::max(first, next);
      auto& event =
          span(layer.device.empty() ? "layers" : layer.device, layer.name, "layer", begin, time);
      event["args"] = {{"type", layer.type}, {"calls", layer.calls}};
      next = begin + time;
    }
    for (const auto& each : process.spans)
      span(each.track, each.name, each.category, each.begin, each.duration);
  }

  // One event a line.
  std::string take() {
    std::string out = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[";
    const char* between = "\n";
    for (const auto& event : events_) {
      out += between + event.dump(-1, ' ', false, Json::error_handler_t::replace);
      between = ",\n";
    }
    return out + "\n]}\n";
  }

 private:
  Json& span(const std::string& track, const std::string& name, const std::string& category,
             Nanoseconds begin, Nanoseconds duration) {
    const auto tid = thread(track);
    return events_.emplace_back(Json{{"ph", "X"},
                                     {"pid", pid_},
                                     {"tid", tid},
                                     {"ts", microseconds(begin)},
                                     {"dur", microseconds(duration)},
                                     {"cat", category},
                                     {"name", name}});
  }

  int thread(const std::string& track) {
    const auto [place, is_new] = threads_.emplace(track, static_cast<int>(threads_.size()) + 1);
    if (is_new) describe("thread_name", place->second, track);
    return place->second;
  }

  void describe(const char* what, int tid, const std::string& name) {
    events_.push_back(
        Json{{"ph", "M"}, {"pid", pid_}, {"tid", tid}, {"name", what}, {"args", {{"name", name}}}});
  }

  int pid_ = 0;
  std::map<std::string, int> threads_;  // of the process under way
  std::vector<Json> events_;
};

}  // namespace

std::string chrome_trace(const ChromeTrace& trace) {
  Writer writer;
  for (const auto& process : trace.processes) writer.process(process);
  return writer.take();
}

}  // namespace jetmeter
