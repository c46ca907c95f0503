#include "run/chrome_trace.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace jetmeter {
namespace {

using namespace std::chrono_literals;

TEST(ChromeTrace, WritesAnEventALine) {
  ChromeTrace trace;
  trace.processes = {{"rgb",
                      {{"conv", "Conv", "cpu", 4, 6us, 0us}, {"add", "Add", "cpu", 2, 3001ns, 2us}},
                      10us,
                      {{"phases", "load", "phase", 0us, 1500us}}}};
  EXPECT_EQ(chrome_trace(trace),
            R"({"displayTimeUnit":"ms","traceEvents":[
{"ph":"M","pid":1,"tid":0,"name":"process_name","args":{"name":"rgb"}},
{"ph":"M","pid":1,"tid":1,"name":"thread_name","args":{"name":"cpu"}},
{"ph":"X","pid":1,"tid":1,"ts":10.0,"dur":1.5,"cat":"layer","name":"conv","args":{"type":"Conv","calls":4}},
{"ph":"X","pid":1,"tid":1,"ts":12.0,"dur":1.5,"cat":"layer","name":"add","args":{"type":"Add","calls":2}},
{"ph":"M","pid":1,"tid":2,"name":"thread_name","args":{"name":"phases"}},
{"ph":"X","pid":1,"tid":2,"ts":0.0,"dur":1500.0,"cat":"phase","name":"load"}
]}
)");
}

nlohmann::json events_of(const ChromeTrace& trace) {
  const auto json = nlohmann::json::parse(chrome_trace(trace), nullptr, false);
  EXPECT_TRUE(json.is_object());
  return json.value("traceEvents", nlohmann::json::array());
}

TEST(ChromeTrace, OfNothingIsValid) {
  EXPECT_TRUE(events_of({}).empty());
}

TEST(ChromeTrace, KeepsOddNamesInsideTheirText) {
  const std::string odd = "a\"b\\c\n\x01\xff\u2028 \xc3";
  ChromeTrace trace;
  trace.processes = {{odd, {{odd, odd, odd, 1, 1us}}, 0us, {{odd, odd, odd, 0us, 1us}}}};
  const auto events = events_of(trace);
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[2]["name"], "a\"b\\c\n\x01\uFFFD\u2028 \uFFFD");
}

// The mean of all calls may be longer than the first one was.
TEST(ChromeTrace, LetsNoLayerOverlapTheNextOfItsDevice) {
  ChromeTrace trace;
  trace.processes = {{"slot",
                      {{"a", "", "gpu", 1, 50us, 0us},
                       {"b", "", "cpu", 1, 5us, 10us},
                       {"c", "", "gpu", 1, 5us, 20us},
                       {"d", "", "gpu", 1, 5us, 90us}},
                      0us,
                      {}}};
  std::vector<double> begins;
  for (const auto& event : events_of(trace))
    if (event["ph"] == "X") begins.push_back(event["ts"]);
  EXPECT_EQ(begins, (std::vector<double>{0, 10, 50, 90}));
}

TEST(ChromeTrace, GivesEverySlotItsProcessAndEveryDeviceItsThread) {
  ChromeTrace trace;
  trace.processes = {{"rgb", {{"a", "", "gpu", 0}, {"b", "", "", 1}}, 0us, {}},
                     {"thermal", {{"c", "", "", 1}}, 0us, {}}};
  std::vector<std::string> threads;
  for (const auto& event : events_of(trace))
    if (event["name"] == "thread_name")
      threads.push_back(std::to_string(event["pid"].get<int>()) + "." +
                        std::to_string(event["tid"].get<int>()) + " " +
                        event["args"]["name"].get<std::string>());
  EXPECT_EQ(threads, (std::vector<std::string>{"1.1 gpu", "1.2 layers", "2.1 layers"}));
}

}  // namespace
}  // namespace jetmeter
