#include "jetmeter/graph.h"

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "graph/slim_onnx.h"
#include "jetmeter/graph_builder.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Blob blob_of(const std::string& bytes) {
  const auto* start = reinterpret_cast<const std::byte*>(bytes.data());
  return make_blob({start, start + bytes.size()});
}

// x -> Mul(w) -> Add(b) -> y, with a weight that is large enough to be mapped.
ModelGraph sample() {
  GraphBuilder builder("sample", 17);
  builder.input("x", {kDynamic, 512}, ElementType::float32, {"batch", ""});
  std::vector<float> w(512);
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(i) / 4;
  builder.floats("w", {512}, w);
  builder.floats("b", {1}, {0.5F});
  builder.floats("unread", {512}, w);
  builder.node("Mul", "m", {"x", "w"});
  builder.output("y", {kDynamic, 512}, ElementType::float32, {"batch", ""});
  builder.node("Add", "y", {"m", "b"},
               {{"note", std::string("kept")}, {"axes", std::vector<std::int64_t>{-1, 2}}});
  builder.metadata("task", "detect");
  return builder.take();
}

TEST(Graph, IsReadAsItWasWritten) {
  const auto bytes = to_onnx_bytes(sample());
  ASSERT_TRUE(bytes);
  const auto read = parse_onnx(blob_of(*bytes));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->ir_version, 8);
  EXPECT_EQ(read->opsets.at(""), 17);
  EXPECT_EQ(read->producer, "jetmeter");
  EXPECT_THAT(read->metadata, ElementsAre(testing::Pair("task", "detect")));
  const auto& graph = read->graph;
  EXPECT_EQ(graph.inputs[0].shape, (Shape{kDynamic, 512}));
  EXPECT_THAT(graph.inputs[0].axes, ElementsAre("batch", ""));
  ASSERT_EQ(graph.weights.size(), 3u);
  EXPECT_EQ(to_floats(graph.weights[0]).value()[6], 1.5F);
  EXPECT_EQ(to_floats(graph.weights[1]).value(), std::vector{0.5F});
  EXPECT_EQ(text_attribute(graph.nodes[1], "note", ""), "kept");
  EXPECT_THAT(ints_attribute(graph.nodes[1], "axes"), ElementsAre(-1, 2));
  EXPECT_EQ(*to_onnx_bytes(*read), *bytes);
}

TEST(Graph, IsWhatTheLibraryOfOnnxReadsToo) {
  const auto bytes = to_onnx_bytes(sample());
  onnx::ModelProto proto;
  ASSERT_TRUE(proto.ParseFromString(*bytes));
  ASSERT_EQ(proto.graph().initializer_size(), 3);
  EXPECT_EQ(proto.graph().initializer(0).raw_data().size(), 2048u);
  EXPECT_EQ(proto.graph().node(1).op_type(), "Add");
  EXPECT_EQ(proto.graph().input(0).type().tensor_type().shape().dim(0).dim_param(), "batch");
}

TEST(Graph, KeepsLargeWeightsInTheFilesOwnMapping) {
  const TempDir folder;
  ASSERT_TRUE(write_onnx(sample(), folder.path() / "m.onnx"));
  const auto read = read_onnx(folder.path() / "m.onnx");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->graph.weights[0].data.owner, read->graph.weights[2].data.owner);
  EXPECT_NE(read->graph.weights[0].data.owner, read->graph.weights[1].data.owner) << "too small";
  std::filesystem::remove(folder.path() / "m.onnx");
  EXPECT_EQ(to_floats(read->graph.weights[0]).value()[511], 127.75F);
}

TEST(Graph, PutsWeightsBesideTheModel) {
  const TempDir folder;
  ASSERT_TRUE(write_onnx(sample(), folder.path() / "m.onnx", WeightPlace::beside));
  EXPECT_EQ(std::filesystem::file_size(folder.path() / "m.onnx.data"), 2u * 2048);
  const auto read = read_onnx(folder.path() / "m.onnx");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_TRUE(read->graph.weights[0].external);
  EXPECT_EQ(to_floats(read->graph.weights[0]).value()[511], 127.75F);
  ASSERT_EQ(read->external_files.size(), 1u);
}

TEST(Graph, GeneratesWeightsOnlyWhenTheyAreWritten) {
  auto model = sample();
  int calls = 0;
  model.graph.weights[0].data = {};
  model.graph.weights[0].generate = [&](std::span<std::byte> bytes) {
    ++calls;
    std::memset(bytes.data(), 0, bytes.size());
  };
  EXPECT_EQ(model.graph.weights[0].byte_size(), 2048u);
  EXPECT_EQ(calls, 0);
  const auto read = parse_onnx(blob_of(*to_onnx_bytes(model)));
  ASSERT_TRUE(read);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(to_floats(read->graph.weights[0]).value(), std::vector<float>(512, 0.0F));
}

class WrongExternal : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(WrongExternal, IsRefused) {
  const TempDir folder;
  std::filesystem::create_directory(folder.path() / "model");
  std::ofstream(folder.path() / "secret") << std::string(4096, 'x');
  std::filesystem::create_symlink("../secret", folder.path() / "model/link");
  std::ofstream(folder.path() / "model/short") << "few";
  onnx::ModelProto proto;
  ASSERT_TRUE(proto.ParseFromString(*to_onnx_bytes(sample())));
  auto& weight = *proto.mutable_graph()->mutable_initializer(0);
  weight.clear_raw_data();
  weight.set_data_location(onnx::TensorProto::EXTERNAL);
  auto& entry = *weight.add_external_data();
  entry.set_key("location");
  entry.set_value(GetParam().first);
  std::ofstream(folder.path() / "model/m.onnx") << proto.SerializeAsString();
  const auto read = read_onnx(folder.path() / "model/m.onnx");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().what, HasSubstr("m.onnx'"));
  EXPECT_THAT(read.error().what, HasSubstr(GetParam().second));
}

INSTANTIATE_TEST_SUITE_P(Graph, WrongExternal,
                         testing::Values(std::pair{"../secret", "outside of the model's folder"},
                                         std::pair{"/etc/passwd", "outside of the model's folder"},
                                         std::pair{"link", "a link out of the model's folder"},
                                         std::pair{"absent", "put that file beside it"},
                                         std::pair{"short", "cut short"},
                                         std::pair{"", "not named"}));

struct BadGraph {
  const char* name;
  void (*spoil)(ModelGraph&);
  const char* expected;
};

class Spoilt : public testing::TestWithParam<BadGraph> {};

TEST_P(Spoilt, IsRefusedInOneSentence) {
  auto model = sample();
  GetParam().spoil(model);
  const auto read = parse_onnx(blob_of(*to_onnx_bytes(model)));
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().what, HasSubstr(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Graph, Spoilt,
    testing::Values(BadGraph{"circle", [](ModelGraph& m) { m.graph.nodes[0].inputs[0] = "y"; },
                             "read from each other in a circle, Mul 'm' among them"},
                    BadGraph{"twice", [](ModelGraph& m) { m.graph.nodes[1].outputs[0] = "m"; },
                             "the name 'm' is given twice, the second time by Add 'y'"},
                    BadGraph{"weight_twice", [](ModelGraph& m) { m.graph.weights[1].name = "w"; },
                             "the weight 'w' is there twice"},
                    BadGraph{"input_twice",
                             [](ModelGraph& m) { m.graph.inputs.push_back(m.graph.inputs[0]); },
                             "the input 'x' is there twice"},
                    BadGraph{"missing", [](ModelGraph& m) { m.graph.nodes[0].inputs[1] = "v"; },
                             "Mul 'm' reads 'v', which nothing writes"},
                    BadGraph{"no_output", [](ModelGraph& m) { m.graph.outputs[0].name = "z"; },
                             "no node writes the output 'z'"},
                    BadGraph{"short_weight",
                             [](ModelGraph& m) { m.graph.weights[0].shape = {513}; },
                             "the weight 'w' has 2048 bytes; its shape 513 needs 2052"},
                    BadGraph{"overflow",
                             [](ModelGraph& m) {
                               m.graph.weights[0].shape = {1LL << 62, 1LL << 62};
                             },
                             "the weight 'w' has an impossible shape"}),
    [](const auto& each) { return each.param.name; });

// Data of a tensor in its typed fields, as some exporters write them.
onnx::ModelProto with_typed_data(int pieces) {
  onnx::ModelProto proto;
  proto.ParseFromString(*to_onnx_bytes(sample()));
  auto& weight = *proto.mutable_graph()->mutable_initializer(0);
  weight.clear_raw_data();
  for (int i = 0; i < 512 / pieces; ++i) weight.add_float_data(static_cast<float>(i) / 4);
  return proto;
}

TEST(SlimOnnx, CutsFloatsThatAreNoRawData) {
  const auto bytes = with_typed_data(1).SerializeAsString();
  const auto slim = slim_onnx(std::as_bytes(std::span(bytes.data(), bytes.size())), 1024);
  ASSERT_TRUE(slim);
  EXPECT_EQ(slim->cuts.size(), 2u);  // `unread` has raw data
  EXPECT_LT(slim->bytes.size(), 1024u);
  const auto read = parse_onnx(blob_of(bytes));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(to_floats(read->graph.weights[0]).value()[511], 511 / 4.0F);
}

// Protocol buffers put the pieces of a field together.
TEST(SlimOnnx, LeavesFloatsInPieces) {
  auto proto = with_typed_data(2);
  auto& weights = *proto.mutable_graph()->mutable_initializer();
  onnx::TensorProto more;
  for (int i = 256; i < 512; ++i) more.add_float_data(static_cast<float>(i) / 4);
  // The pieces stand one behind the other in the bytes of one tensor.
  const auto whole = weights.Get(0).SerializeAsString() + more.SerializeAsString();
  weights.DeleteSubrange(0, 1);
  auto bytes = proto.SerializeAsString();
  const auto field = [](int number, const std::string& content) {
    std::string out(1, static_cast<char>(number << 3 | 2));
    auto size = content.size();
    for (; size >= 0x80; size >>= 7) out.push_back(static_cast<char>(size | 0x80));
    out.push_back(static_cast<char>(size));
    return out + content;
  };
  bytes += field(7, field(5, whole));
  const auto read = parse_onnx(blob_of(bytes));
  ASSERT_TRUE(read) << read.error().what;
  const GraphIndex index(read->graph);
  EXPECT_EQ(to_floats(*index.weight("w")).value()[511], 511 / 4.0F);
}

// y = If(c): a body whose nodes are in this order, and read from around it.
ModelGraph with_body(const std::vector<std::pair<std::string, std::string>>& reads_to_writes) {
  GraphBuilder builder("m", 17);
  builder.input("x", {4});
  builder.input("c", {}, ElementType::boolean);
  auto body = std::make_shared<Graph>();
  body->name = "body";
  for (const auto& [from, to] : reads_to_writes) {
    Node node;
    node.op = "Relu";
    node.inputs = {from};
    node.outputs = {to};
    body->nodes.push_back(node);
  }
  Value last;
  last.name = "last";
  last.type = ElementType::float32;
  body->outputs.push_back(last);
  builder.node("If", "y", {"c"}, {{"then_branch", body}, {"else_branch", body}});
  builder.output("y", {4});
  return builder.take();
}

TEST(Graph, FindsACircleInABody) {
  const auto read =
      parse_onnx(blob_of(*to_onnx_bytes(with_body({{"b", "a"}, {"a", "b"}, {"b", "last"}}))));
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().what, HasSubstr("in a body of If 'y', its nodes read from each other in "
                                           "a circle, Relu 'a' among them"));
}

TEST(Graph, BringsBodiesIntoOrder) {
  const auto read = parse_onnx(blob_of(*to_onnx_bytes(with_body({{"a", "last"}, {"x", "a"}}))));
  ASSERT_TRUE(read) << read.error().what;
  const auto* body = attribute<std::shared_ptr<Graph>>(read->graph.nodes[0], "then_branch");
  ASSERT_NE(body, nullptr);
  EXPECT_EQ((*body)->nodes[0].outputs[0], "a");
  EXPECT_EQ((*body)->nodes[1].outputs[0], "last");
}

TEST(Graph, IsBroughtIntoOrder) {
  auto model = sample();
  std::swap(model.graph.nodes[0], model.graph.nodes[1]);
  const auto read = parse_onnx(blob_of(*to_onnx_bytes(model)));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->graph.nodes[0].op, "Mul");
}

TEST(Graph, IsRefusedAtEveryLengthButItsOwn) {
  const auto bytes = *to_onnx_bytes(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(parse_onnx(blob_of(bytes.substr(0, size)))) << size;
}

TEST(ReadOnnx, SaysWhatIsWrongWithAFile) {
  const TempDir folder;
  std::ofstream(folder.path() / "empty.onnx").flush();
  std::ofstream(folder.path() / "text.onnx") << "not a model at all\n";
  EXPECT_THAT(read_onnx(folder.path() / "absent.onnx").error().what,
              HasSubstr("absent.onnx': no such file"));
  EXPECT_THAT(read_onnx(folder.path() / "empty.onnx").error().what, HasSubstr("empty (0 bytes)"));
  EXPECT_THAT(read_onnx(folder.path() / "text.onnx").error().what, HasSubstr("not an ONNX file"));
  EXPECT_THAT(read_onnx(folder.path()).error().what, HasSubstr("a directory"));
}

TEST(GraphIndex, KnowsWhereTensorsComeFromAndGoTo) {
  const auto model = sample();
  const GraphIndex index(model.graph);
  EXPECT_EQ(index.producer("m"), &model.graph.nodes[0]);
  EXPECT_EQ(index.producer("x"), nullptr);
  EXPECT_EQ(index.weight("w"), &model.graph.weights[0]);
  EXPECT_THAT(index.consumers("m"), ElementsAre(&model.graph.nodes[1]));
  EXPECT_TRUE(index.consumers("y").empty());
  EXPECT_TRUE(index.is_output("y"));
  EXPECT_FALSE(index.is_output("m"));
}

TEST(Tensor, GivesItsValuesInEveryWidth) {
  const auto bytes = [](std::initializer_list<int> list) {
    std::vector<std::byte> out;
    for (const int each : list) out.push_back(static_cast<std::byte>(each));
    return out;
  };
  EXPECT_EQ(to_floats(raw_tensor("h", ElementType::float16, {2}, bytes({0, 0x3C, 0, 0xC0}))),
            (std::vector{1.0F, -2.0F}));
  EXPECT_EQ(to_floats(raw_tensor("b", ElementType::bfloat16, {1}, bytes({0x80, 0x3F}))),
            (std::vector{1.0F}));
  EXPECT_EQ(to_integers(raw_tensor("i", ElementType::int8, {2}, bytes({0xFF, 5}))),
            (std::vector<std::int64_t>{-1, 5}));
  EXPECT_FALSE(to_integers(raw_tensor("f", ElementType::float32, {0}, {})));
}

}  // namespace
}  // namespace jetmeter
