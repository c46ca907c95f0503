// What every backend promises, whichever it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <numeric>
#include <thread>

#include "backends/test_models.h"
#include "jetmeter/backend.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

class EveryBackend : public testing::TestWithParam<const Backend*> {
 protected:
  std::shared_ptr<Model> identity(const Shape& shape) {
    auto model = backend().load(write_identity(backend(), dir_, shape), {});
    EXPECT_TRUE(model) << model.error().what;
    return model.value_or(nullptr);
  }
  std::filesystem::path named(std::string_view stem) const {
    return dir_.path() / (std::string(stem) + extension_of(backend()));
  }
  const Backend& backend() const { return *GetParam(); }

  TempDir dir_;
};

std::vector<float> counting(std::size_t size, float first) {
  std::vector<float> values(size);
  std::iota(values.begin(), values.end(), first);
  return values;
}

void feed(const TensorView& view, const std::vector<float>& values) {
  ASSERT_EQ(view.as<float>().size(), values.size());
  std::copy(values.begin(), values.end(), view.as<float>().begin());
}

std::vector<float> read(const TensorView& view) {
  const auto values = view.as<float>();
  return {values.begin(), values.end()};
}

std::vector<std::int64_t> shape_of(const TensorView& view) {
  return {view.shape.begin(), view.shape.end()};
}

TEST_P(EveryBackend, SaysWhatItIs) {
  const auto probe = backend().probe();
  EXPECT_EQ(probe.reason.empty(), probe.available) << probe.reason;
  EXPECT_FALSE(probe.version.empty());
  EXPECT_FALSE(probe.devices.empty());
  EXPECT_THAT(probe.precisions, Contains("float32"));
  EXPECT_FALSE(backend().summary.empty());
  EXPECT_TRUE(backend().extensions.starts_with("."));
}

TEST_P(EveryBackend, TellsAboutTheModel) {
  const auto model = identity({1, 3});
  ASSERT_TRUE(model);
  const auto& info = model->info();
  ASSERT_EQ(info.inputs.size(), 1U);
  ASSERT_EQ(info.outputs.size(), 1U);
  EXPECT_EQ(info.inputs[0].name, "x");
  EXPECT_EQ(info.inputs[0].type, ElementType::float32);
  EXPECT_THAT(info.inputs[0].shape, ElementsAre(1, 3));
  EXPECT_EQ(info.outputs[0].name, "y");
  EXPECT_THAT(info.outputs[0].shape, ElementsAre(1, 3));
  EXPECT_EQ(info.metadata.at("names"), "{0: 'one'}");
  EXPECT_EQ(info.device, backend().probe().devices.front());
  EXPECT_EQ(info.precision, "float32");
  EXPECT_EQ(info.version, backend().probe().version);
  EXPECT_FALSE(info.format.empty());
}

TEST_P(EveryBackend, RunsTheIdentityModel) {
  const auto model = identity({1, 2, 3});
  ASSERT_TRUE(model);
  auto session = model->open({});
  ASSERT_TRUE(session) << session.error().what;
  for (const float first : {1.0F, -7.5F}) {
    const auto values = counting(6, first);
    feed((*session)->input(0), values);
    const auto ran = (*session)->run();
    ASSERT_TRUE(ran) << ran.error().what;
    EXPECT_EQ(read((*session)->output(0)), values);
    EXPECT_THAT(shape_of((*session)->output(0)), ElementsAre(1, 2, 3));
  }
}

TEST_P(EveryBackend, BuffersKeepTheirAddressAndAreAligned) {
  const auto model = identity({1, 5});
  ASSERT_TRUE(model);
  auto session = model->open({});
  ASSERT_TRUE(session);
  const auto* const in = (*session)->input(0).data;
  const auto* const out = (*session)->output(0).data;
  ASSERT_NE(in, nullptr);
  ASSERT_NE(out, nullptr);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(in) % 64, 0U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(out) % 64, 0U);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE((*session)->run());
    EXPECT_EQ((*session)->input(0).data, in);
    EXPECT_EQ((*session)->output(0).data, out);
  }
}

TEST_P(EveryBackend, OpensADynamicModelWithTheShapesThatItIsGiven) {
  const auto model = identity({kDynamic, 3});
  ASSERT_TRUE(model);
  EXPECT_THAT(model->info().inputs[0].shape, ElementsAre(kDynamic, 3));
  for (const std::int64_t batch : {2, 5}) {
    const std::vector<Shape> shapes{{batch, 3}};
    auto session = model->open(shapes);
    ASSERT_TRUE(session) << session.error().what;
    const auto values = counting(static_cast<std::size_t>(batch) * 3, 1);
    for (int run = 0; run < 2; ++run) {
      feed((*session)->input(0), values);
      const auto ran = (*session)->run();
      ASSERT_TRUE(ran) << ran.error().what;
      EXPECT_THAT(shape_of((*session)->output(0)), ElementsAre(batch, 3));
      EXPECT_EQ(read((*session)->output(0)), values);
    }
  }
}

TEST_P(EveryBackend, RefusesShapesThatDoNotFit) {
  const auto model = identity({kDynamic, 3});
  ASSERT_TRUE(model);
  const auto refusal = [&](const std::vector<Shape>& shapes) {
    const auto session = model->open(shapes);
    return session ? std::string("opened") : session.error().what;
  };
  EXPECT_THAT(refusal({}), HasSubstr("axis 0 is open"));
  EXPECT_THAT(refusal({{1, 3}, {1, 3}}), HasSubstr("1 inputs, but 2 shapes"));
  EXPECT_THAT(refusal({{1, 3, 1}}), HasSubstr("2 axes against 3"));
  EXPECT_THAT(refusal({{2, 4}}), HasSubstr("axis 1 is fixed"));
  EXPECT_THAT(refusal({{std::int64_t{1} << 60, 3}}), HasSubstr("larger than any memory"));
}

TEST_P(EveryBackend, TwoSessionsOfAModelAreIndependent) {
  const auto model = identity({1, 1000});
  ASSERT_TRUE(model);
  std::vector<std::unique_ptr<Session>> sessions;
  for (int i = 0; i < 2; ++i) {
    auto session = model->open({});
    ASSERT_TRUE(session);
    sessions.push_back(std::move(*session));
  }
  EXPECT_NE(sessions[0]->input(0).data, sessions[1]->input(0).data);
  std::vector<int> wrong(2, 0);
  const auto work = [&](std::size_t index) {
    auto& session = *sessions[index];
    const auto values = counting(1000, static_cast<float>(index) * 5000);
    feed(session.input(0), values);
    for (int i = 0; i < 50; ++i)
      if (!session.run() || read(session.output(0)) != values) ++wrong[index];
  };
  {
    std::jthread first(work, 0);
    std::jthread second(work, 1);
  }
  EXPECT_THAT(wrong, ElementsAre(0, 0));
}

TEST_P(EveryBackend, ASessionKeepsItsModelAlive) {
  auto model = identity({1, 3});
  ASSERT_TRUE(model);
  auto session = model->open({});
  ASSERT_TRUE(session);
  const std::weak_ptr<Model> watched = model;
  model.reset();
  EXPECT_FALSE(watched.expired());
  feed((*session)->input(0), {1, 2, 3});
  ASSERT_TRUE((*session)->run());
  EXPECT_THAT(read((*session)->output(0)), ElementsAre(1, 2, 3));
  session->reset();
  EXPECT_TRUE(watched.expired());
}

TEST_P(EveryBackend, RefusesWhatIsNoModelInOneSentence) {
  const auto refusal = [&](const std::filesystem::path& path) {
    const auto model = backend().load(path, {});
    return model ? std::string("loaded") : model.error().what;
  };
  EXPECT_THAT(refusal(named("absent")), HasSubstr("no such file"));
  EXPECT_THAT(refusal(dir_.path()), HasSubstr("is a directory"));
  EXPECT_THAT(refusal(dir_.write(named("empty").filename().string(), "")),
              HasSubstr("is empty (0 bytes)"));
  const auto words =
      refusal(dir_.write(named("text").filename().string(), "This is a shopping list.\nMilk.\n"));
  EXPECT_NE(words, "loaded");
  EXPECT_GT(words.size(), 10U);
  EXPECT_THAT(words, Not(HasSubstr("\n")));
}

TEST_P(EveryBackend, RefusesAFileThatIsCutShort) {
  const auto whole = write_identity(backend(), dir_, {1, 3});
  const auto size = std::filesystem::file_size(whole);
  std::filesystem::resize_file(whole, size * 2 / 3);
  EXPECT_FALSE(backend().load(whole, {}));
}

TEST_P(EveryBackend, NamesItsDevicesWhenOneIsUnknown) {
  LoadOptions options;
  options.device = "abacus:3";
  const auto model = backend().load(write_identity(backend(), dir_, {1, 3}), options);
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().what, HasSubstr("abacus:3"));
  EXPECT_THAT(model.error().what, HasSubstr("cpu"));
}

TEST_P(EveryBackend, TakesANumberOfThreads) {
  LoadOptions options;
  options.threads = 1;
  options.device = "cpu";
  const auto model = backend().load(write_identity(backend(), dir_, {1, 3}), options);
  ASSERT_TRUE(model) << model.error().what;
  auto session = (*model)->open({});
  ASSERT_TRUE(session);
  feed((*session)->input(0), {4, 5, 6});
  ASSERT_TRUE((*session)->run());
  EXPECT_THAT(read((*session)->output(0)), ElementsAre(4, 5, 6));
}

// Copies and computing follow each other within the run; enqueueing goes beside the computing.
TEST_P(EveryBackend, TellsItsStagesOrNothing) {
  const auto model = backend().load(write_two_layers(backend(), dir_), {});
  ASSERT_TRUE(model) << model.error().what;
  auto session = (*model)->open({});
  ASSERT_TRUE(session);
  EXPECT_FALSE((*session)->stages().compute) << "nothing ran yet";
  for (int i = 0; i < 3; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_TRUE((*session)->run());
    const Nanoseconds wall = std::chrono::steady_clock::now() - begin;
    const auto stages = (*session)->stages();
    Nanoseconds in_stages{0};
    for (const auto& stage : {stages.host_to_device, stages.compute, stages.device_to_host})
      in_stages += stage.value_or(Nanoseconds(0));
    EXPECT_LE(in_stages, wall);
    EXPECT_LE(stages.enqueue.value_or(Nanoseconds(0)), wall);
    for (const auto& stage :
         {stages.host_to_device, stages.enqueue, stages.compute, stages.device_to_host})
      if (stage) {
        EXPECT_GT(stage->count(), 0);
      }
    if (stages.host_to_device || stages.enqueue || stages.device_to_host) {
      EXPECT_TRUE(stages.compute) << "who tells the rest can tell this";
    }
  }
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

TEST_P(EveryBackend, ProfilesItsLayersOrSaysThatItCannot) {
  LoadOptions options;
  options.profile_layers = true;
  const auto model = backend().load(write_two_layers(backend(), dir_), options);
  ASSERT_TRUE(model) << model.error().what;
  auto session = (*model)->open({});
  ASSERT_TRUE(session) << session.error().what;
  ASSERT_TRUE((*session)->run());  // cold, and so left out
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE((*session)->run());
  const Nanoseconds wall = std::chrono::steady_clock::now() - begin;
  const auto layers = (*session)->layers();
  if (!layers) {
    EXPECT_FALSE(layers.error().what.empty());
    return;
  }
  ASSERT_GE(layers->size(), 2U);  // a runtime may add one of its own at the end
  EXPECT_EQ(lower((*layers)[0].type), "relu");
  EXPECT_EQ(lower((*layers)[1].type), "sigmoid");
  Nanoseconds in_layers{0};
  for (const auto& layer : *layers) {
    EXPECT_FALSE(layer.name.empty());
    EXPECT_EQ(layer.calls, 4) << layer.name;
    EXPECT_GE(layer.total.count(), 0);
    EXPECT_EQ(layer.device, "cpu");
    in_layers += layer.total;
  }
  EXPECT_LE(in_layers, wall);
  EXPECT_EQ((*layers)[0].first_begin.count(), 0);
  EXPECT_GE((*layers)[1].first_begin.count(), 0);
}

TEST_P(EveryBackend, TellsTheColdRunsLayersWhereThereIsNoOther) {
  LoadOptions options;
  options.profile_layers = true;
  const auto model = backend().load(write_two_layers(backend(), dir_), options);
  ASSERT_TRUE(model) << model.error().what;
  auto session = (*model)->open({});
  ASSERT_TRUE(session) << session.error().what;
  ASSERT_TRUE((*session)->run());
  const auto layers = (*session)->layers();
  if (!layers) return;
  ASSERT_GE(layers->size(), 2U);
  EXPECT_EQ((*layers)[0].calls, 1);
  EXPECT_EQ((*layers)[1].calls, 1);
}

TEST_P(EveryBackend, KeepsTheProfilesOfTwoSessionsApart) {
  LoadOptions options;
  options.profile_layers = true;
  const auto model = backend().load(write_two_layers(backend(), dir_), options);
  ASSERT_TRUE(model) << model.error().what;
  auto first = (*model)->open({}), second = (*model)->open({});
  ASSERT_TRUE(first) << first.error().what;
  ASSERT_TRUE(second) << second.error().what;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE((*first)->run());
  for (int i = 0; i < 6; ++i) ASSERT_TRUE((*second)->run());
  const auto of_first = (*first)->layers(), of_second = (*second)->layers();
  ASSERT_EQ(of_first.has_value(), of_second.has_value());
  if (!of_first) return;
  ASSERT_FALSE(of_first->empty() || of_second->empty());
  EXPECT_EQ(of_first->front().calls, 2);
  EXPECT_EQ(of_second->front().calls, 5);
}

TEST_P(EveryBackend, SaysWhyThereIsNoProfile) {
  for (const bool asked : {false, true}) {
    LoadOptions options;
    options.profile_layers = asked;
    const auto model = backend().load(write_two_layers(backend(), dir_), options);
    ASSERT_TRUE(model) << model.error().what;
    auto session = (*model)->open({});
    ASSERT_TRUE(session);
    if (!asked) {
      ASSERT_TRUE((*session)->run());
    }
    const auto layers = (*session)->layers();
    ASSERT_FALSE(layers);
    EXPECT_GT(layers.error().what.size(), 10U);
    EXPECT_THAT(layers.error().what, Not(HasSubstr("\n")));
  }
}

INSTANTIATE_TEST_SUITE_P(Each, EveryBackend,
                         testing::ValuesIn(backends().begin(), backends().end()),
                         [](const auto& test) { return std::string(test.param->name); });

TEST(Backends, NamesAreUniqueAndTheReferenceIsTheLastChoice) {
  std::vector<std::string_view> names;
  for (const auto* backend : backends()) names.push_back(backend->name);
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(names.back(), "reference");
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace jetmeter
