#include "backends/external_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "jetmeter/backend.h"
#include "support/onnx_builder.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

void lie_in(onnx::TensorProto& tensor, const std::string& name, const std::string& location) {
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.add_dims(4);
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  auto& entry = *tensor.add_external_data();
  entry.set_key("location");
  entry.set_value(location);
}

onnx::ModelProto adding() {
  onnx::ModelProto model;
  model.ParseFromString(OnnxBuilder()
                            .input("x", OnnxBuilder::kFloat, {4})
                            .node("Add", {"x", "w"}, {"y"})
                            .output("y", OnnxBuilder::kFloat, {4})
                            .bytes());
  return model;
}

// y = x + w, and w lies in another file.
std::string with_weights_in(const std::string& location) {
  auto model = adding();
  lie_in(*model.mutable_graph()->add_initializer(), "w", location);
  return model.SerializeAsString();
}

// The same, and w is written by an If whose branch holds it.
std::string with_deep_weights_in(const std::string& location) {
  auto model = adding();
  auto& attribute = *model.mutable_graph()->add_node()->add_attribute();
  attribute.set_name("then_branch");
  attribute.set_type(onnx::AttributeProto::GRAPH);
  auto& constant = *attribute.mutable_g()->add_node()->add_attribute();
  constant.set_name("value");
  constant.set_type(onnx::AttributeProto::TENSOR);
  lie_in(*constant.mutable_t(), "w", location);
  return model.SerializeAsString();
}

class ExternalData : public testing::Test {
 protected:
  ExternalData() {
    std::filesystem::create_directory(folder_.path() / "model");
    folder_.write("secret", "0123456789abcdef");
    folder_.write("model/w.data", "0123456789abcdef");
    std::filesystem::create_symlink("../secret", folder_.path() / "model/link");
  }
  std::string words(const std::string& bytes) const {
    const auto checked = check_external_data(folder_.write("model/m.onnx", bytes));
    return checked ? "accepted" : checked.error().what;
  }
  TempDir folder_;
};

TEST_F(ExternalData, MayLieBesideTheModel) {
  EXPECT_EQ(words(with_weights_in("w.data")), "accepted");
  EXPECT_EQ(words(adding().SerializeAsString()), "accepted");
  EXPECT_EQ(words("no model at all"), "accepted");
}

TEST_F(ExternalData, MayLieNowhereElse) {
  for (const auto& with : {with_weights_in, with_deep_weights_in}) {
    EXPECT_THAT(words(with("../secret")), HasSubstr("outside of the model's folder"));
    EXPECT_THAT(words(with("/etc/passwd")), HasSubstr("outside of the model's folder"));
    EXPECT_THAT(words(with("link")), HasSubstr("a link out of the model's folder"));
    EXPECT_THAT(words(with("absent")), HasSubstr("put that file beside it"));
  }
  EXPECT_THAT(words(with_weights_in("link")), HasSubstr("m.onnx': its weights lie in 'link'"));
}

TEST_F(ExternalData, IsLookedAtBeforeARuntimeLoadsTheModel) {
  const auto path = folder_.write("model/m.onnx", with_weights_in("../secret"));
  const auto choice = choose_backend("auto", path);
  if (!choice) GTEST_SKIP() << choice.error().what;
  const auto model = load_model(*choice, path, {});
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().what, HasSubstr("outside of the model's folder, which is refused"));
  EXPECT_THAT(model.error().what, testing::Not(HasSubstr("try --backend")));
}

}  // namespace
}  // namespace jetmeter
