#include "backends/reference_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr std::string_view kTensors = R"(
  "inputs": [{"name": "x", "type": "float32", "shape": [1, 2]}],
  "outputs": [{"name": "y", "type": "float32", "shape": [1, 2]}])";

std::string with(std::string_view rest) {
  return "{" + std::string(kTensors) + ", " + std::string(rest) + "}";
}

std::string refusal(const std::string& text) {
  const auto spec = parse_reference_spec(text);
  return spec ? "accepted" : spec.error().what;
}

TEST(ReferenceSpec, ReadsEveryKey) {
  const auto spec = parse_reference_spec(R"({
    "inputs": [{"name": "x", "type": "uint8", "shape": [-1, 3]}],
    "outputs": [{"name": "y", "type": "float16", "shape": [2]},
                {"name": "z", "type": "int64", "shape": []}],
    "metadata": {"stride": "32"}, "behaviour": "constant", "values": [[0.5, -2], [7]],
    "delay_ms": 3, "load_delay_ms": 4, "allocate_mb": 5,
    "fault": {"kind": "hang", "at": 12, "phase": "run"},
    "layers": [{"name": "a", "type": "Conv", "microseconds": 40},
               {"name": "b", "type": "", "microseconds": 0}],
    "stages": {"host_to_device_us": 1, "enqueue_us": 90, "compute_us": 50,
               "device_to_host_us": 0}})");
  ASSERT_TRUE(spec) << spec.error().what;
  EXPECT_EQ(spec->inputs[0].type, ElementType::uint8);
  EXPECT_THAT(spec->inputs[0].shape, ElementsAre(kDynamic, 3));
  EXPECT_EQ(spec->outputs[1].name, "z");
  EXPECT_TRUE(spec->outputs[1].shape.empty());
  EXPECT_THAT(spec->metadata, ElementsAre(Pair("stride", "32")));
  EXPECT_EQ(spec->behaviour, ReferenceBehaviour::constant);
  EXPECT_THAT(spec->values, ElementsAre(ElementsAre(0.5, -2), ElementsAre(7)));
  EXPECT_EQ(spec->delay.count(), 3);
  EXPECT_EQ(spec->load_delay.count(), 4);
  EXPECT_EQ(spec->allocate_mib, 5U);
  ASSERT_TRUE(spec->fault);
  EXPECT_EQ(spec->fault->kind, FaultKind::hang);
  EXPECT_EQ(spec->fault->at, 12);
  EXPECT_EQ(spec->fault->phase, FaultPhase::run);
  ASSERT_EQ(spec->layers.size(), 2U);
  EXPECT_EQ(spec->layers[0].name, "a");
  EXPECT_EQ(spec->layers[0].type, "Conv");
  EXPECT_EQ(spec->layers[0].time.count(), 40);
  EXPECT_EQ(spec->stages.host_to_device->count(), 1);
  EXPECT_EQ(spec->stages.enqueue->count(), 90);
  EXPECT_EQ(spec->stages.compute->count(), 50);
  EXPECT_EQ(spec->stages.device_to_host->count(), 0);
  EXPECT_EQ(spec->busy.count(), 91) << "it enqueues for longer than it computes";
}

TEST(ReferenceSpec, LeavesOutWhatIsNotWritten) {
  const auto spec = parse_reference_spec(with(R"("behaviour": "noop")"));
  ASSERT_TRUE(spec) << spec.error().what;
  EXPECT_FALSE(spec->fault);
  EXPECT_EQ(spec->delay.count(), 0);
  EXPECT_EQ(spec->allocate_mib, 0U);
  EXPECT_TRUE(spec->layers.empty());
  EXPECT_FALSE(spec->stages.host_to_device || spec->stages.enqueue || spec->stages.compute ||
               spec->stages.device_to_host);
  EXPECT_EQ(spec->busy.count(), 0);
  const auto fault =
      parse_reference_spec(with(R"("behaviour": "noop", "fault": {"kind": "exit"})"));
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->fault->phase, FaultPhase::run);
  EXPECT_EQ(fault->fault->at, 0);
}

struct Refused {
  std::string rest, words;
};

class ReferenceSpecRefuses : public testing::TestWithParam<Refused> {};

TEST_P(ReferenceSpecRefuses, NamingTheKey) {
  EXPECT_THAT(refusal(with(GetParam().rest)), HasSubstr(GetParam().words));
}

INSTANTIATE_TEST_SUITE_P(
    Bad, ReferenceSpecRefuses,
    testing::Values(
        Refused{R"("behavior": "noop")", "'behavior': unknown key, did you mean 'behaviour'?"},
        Refused{R"("behaviour": "noop", "zzz": 1)", "'zzz': unknown key; known are inputs"},
        Refused{R"("delay_ms": 1)", "'behaviour': is missing"},
        Refused{R"("behaviour": "dance")", "'dance' is not one of identity, constant, noop"},
        Refused{R"("behaviour": 3)", "'behaviour': must be a string"},
        Refused{R"("behaviour": "noop", "value": 3)", "'value': belongs to behaviour 'constant'"},
        Refused{R"("behaviour": "constant")", "'values': is missing"},
        Refused{R"("behaviour": "constant", "value": "3")", "'value': must be a number"},
        Refused{R"("behaviour": "constant", "value": 1, "values": [[1, 2]])", "'value': cannot"},
        Refused{R"("behaviour": "constant", "values": [])", "'values': must hold one array"},
        Refused{R"("behaviour": "constant", "values": [3])", "'values[0]': must be an array"},
        Refused{R"("behaviour": "constant", "values": [[1, "a"]])", "'values[0][1]': must be a"},
        Refused{R"("behaviour": "constant", "values": [[1, 2, 3]])", "'values[0]': holds 3 num"},
        Refused{R"("behaviour": "noop", "delay_ms": -1)", "'delay_ms': must be a whole number"},
        Refused{R"("behaviour": "noop", "delay_ms": 1.5)", "'delay_ms': must be a whole number"},
        Refused{R"("behaviour": "noop", "load_delay_ms": 99999999)", "'load_delay_ms': must be"},
        Refused{R"("behaviour": "noop", "allocate_mb": "1")", "'allocate_mb': must be a whole"},
        Refused{R"("behaviour": "noop", "layers": {})", "'layers': must be an array"},
        Refused{R"("behaviour": "noop", "layers": [3])", "'layers[0]': must be an object"},
        Refused{R"("behaviour": "noop", "layers": [{"type": "a", "microseconds": 1}])",
                "'layers[0].name': is missing"},
        Refused{R"("behaviour": "noop", "layers": [{"name": "", "type": "a", "microseconds": 1}])",
                "'layers[0].name': must not be empty"},
        Refused{R"("behaviour": "noop", "layers": [{"name": "a", "type": "a"}])",
                "'layers[0].microseconds': is missing"},
        Refused{
            R"("behaviour": "noop", "layers": [{"name": "a", "type": "a", "microseconds": -1}])",
            "'layers[0].microseconds': must be a whole number"},
        Refused{R"("behaviour": "noop", "layers": [
                     {"name": "a", "type": "a", "microseconds": 3600000000},
                     {"name": "b", "type": "a", "microseconds": 1}])",
                "'layers': take more than an hour"},
        Refused{R"("behaviour": "noop", "stages": {"compute_us": 4}, "layers": [
                     {"name": "a", "type": "a", "microseconds": 5}])",
                "'layers': take 5 us together, which is more than stages.compute_us"},
        Refused{R"("behaviour": "noop", "stages": [])", "'stages': must be an object"},
        Refused{R"("behaviour": "noop", "stages": {"enqeue_us": 4})",
                "'stages.enqeue_us': unknown key, did you mean 'enqueue_us'?"},
        Refused{R"("behaviour": "noop", "stages": {"enqueue_us": 1.5})",
                "'stages.enqueue_us': must be a whole number"},
        Refused{R"("behaviour": "noop", "metadata": [])", "'metadata': must be an object"},
        Refused{R"("behaviour": "noop", "metadata": {"a": 1})", "'metadata.a': must be a string"},
        Refused{R"("behaviour": "noop", "fault": "kill")", "'fault': must be an object"},
        Refused{R"("behaviour": "noop", "fault": {})", "'fault.kind': is missing"},
        Refused{R"("behaviour": "noop", "fault": {"kind": "sulk"})", "'fault.kind': 'sulk' is not"},
        Refused{R"("behaviour": "noop", "fault": {"kind": "kill", "when": 1})", "'fault.when'"},
        Refused{R"("behaviour": "noop", "fault": {"kind": "kill", "phase": "x"})", "'fault.phase'"},
        Refused{R"("behaviour": "noop", "fault": {"kind": "kill", "phase": "load", "at": 1})",
                "'fault.at': counts runs"}));

std::string with_output(std::string_view output, std::string_view rest) {
  return R"({"inputs": [{"name": "x", "type": "float32", "shape": [1, 2]}], "outputs": [)" +
         std::string(output) + "], " + std::string(rest) + "}";
}

TEST(ReferenceSpec, RefusesTensorsThatCannotBe) {
  const std::string noop = R"("behaviour": "noop")";
  EXPECT_THAT(refusal(with_output(R"({"name": "y", "type": "float31", "shape": [1]})", noop)),
              HasSubstr("'outputs[0].type': 'float31' is not an element type"));
  EXPECT_THAT(refusal(with_output(R"({"name": "y", "type": "float32", "shape": "1"})", noop)),
              HasSubstr("'outputs[0].shape': must be an array"));
  EXPECT_THAT(refusal(with_output(R"({"name": "y", "type": "float32", "shape": [-2]})", noop)),
              HasSubstr("'outputs[0].shape': must hold"));
  EXPECT_THAT(refusal(with_output(R"({"name": "y", "type": "float32", "shape": [1.5]})", noop)),
              HasSubstr("'outputs[0].shape': must hold"));
  EXPECT_THAT(
      refusal(with_output(R"({"name": "y", "type": "int8", "shape": [99999999999]})", noop)),
      HasSubstr("larger than any memory"));
  EXPECT_THAT(refusal(with_output(R"({"name": "y", "type": "float32", "shape": [-1]})", noop)),
              HasSubstr("'outputs[0].shape': may have open axes only with identity"));
  EXPECT_THAT(refusal(with_output(R"({"type": "float32", "shape": [1]})", noop)),
              HasSubstr("'outputs[0].name': is missing"));
  EXPECT_THAT(refusal(with_output("3", noop)), HasSubstr("'outputs[0]': must be an object"));
}

TEST(ReferenceSpec, RefusesAnIdentityThatIsNone) {
  const std::string identity = R"("behaviour": "identity")";
  EXPECT_THAT(
      refusal(with_output(R"({"name": "y", "type": "float32", "shape": [2, 1]})", identity)),
      HasSubstr("'outputs[0]': must have the type and shape of its input"));
  EXPECT_THAT(refusal(with_output(R"({"name": "y", "type": "float32", "shape": [1, 2]},)"
                                  R"({"name": "z", "type": "float32", "shape": [1, 2]})",
                                  identity)),
              HasSubstr("'outputs': identity has one output per input"));
}

TEST(ReferenceSpec, RefusesNumbersThatTheTypeCannotHold) {
  const auto words = [](std::string_view type, std::string_view value) {
    return refusal(
        with_output(R"({"name": "y", "type": ")" + std::string(type) + R"(", "shape": [1]})",
                    R"("behaviour": "constant", "value": )" + std::string(value)));
  };
  EXPECT_EQ(words("uint8", "255"), "accepted");
  EXPECT_THAT(words("uint8", "256"), HasSubstr("'value': 256 is no value"));
  EXPECT_THAT(words("uint8", "-1"), HasSubstr("'value'"));
  EXPECT_EQ(words("int8", "-128"), "accepted");
  EXPECT_THAT(words("int64", "1e19"), HasSubstr("'value'"));
  EXPECT_THAT(words("int32", "0.5"), HasSubstr("'value'"));
  EXPECT_THAT(words("boolean", "2"), HasSubstr("'value'"));
  EXPECT_THAT(words("bfloat16", "1"), HasSubstr("'value'"));
}

TEST(ReferenceSpec, RefusesWhatIsNotAJsonObject) {
  EXPECT_THAT(refusal(""), HasSubstr("not JSON"));
  EXPECT_THAT(refusal("{\"inputs\": ["), HasSubstr("not JSON"));
  EXPECT_THAT(refusal("{\"inputs\": 1e999}"), HasSubstr("not JSON"));
  EXPECT_THAT(refusal("[1, 2]"), HasSubstr("must be an object"));
  EXPECT_THAT(refusal("{}"), HasSubstr("'inputs': is missing"));
}

}  // namespace
}  // namespace jetmeter
