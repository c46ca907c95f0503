#include "cli/config_file.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>

#include "cli/common_options.h"
#include "cli/subcommand.h"
#include "support/sample_record.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;

// Some of the options of `detect`.
struct Detect {
  Detect() {
    for (const auto* name : {"--max-frames", "--model0", "--warmup"})
      app->add_option(name, text)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    app->add_option("--conf", number);
    for (const auto* name : {"--parallel", "--quiet"}) app->add_flag(name);
    app->add_option("--backend-option", texts)->allow_extra_args(false);
    app->add_option("--mean", numbers)->delimiter(',')->expected(3);
  }
  CLI::App program;
  CLI::App* app = program.add_subcommand("detect");
  std::string text;
  double number = 0;
  std::vector<std::string> texts;
  std::vector<double> numbers;
};

class ConfigFile : public testing::Test {
 protected:
  ~ConfigFile() override { std::filesystem::remove(path_); }
  std::string write(const std::string& text) {
    std::ofstream(path_) << text;
    return path_.string();
  }
  Words read(const std::string& text) {
    const auto words = arguments_from_toml(write(text), *detect_.app);
    return words ? *words : Words{words.error().what};
  }
  std::string refused(const std::string& text) {
    const auto words = arguments_from_toml(write(text), *detect_.app);
    return words ? "it was taken" : words.error().what;
  }
  Detect detect_;
  std::filesystem::path path_ = std::filesystem::path(testing::TempDir()) /
                                ("jm_config_" + std::to_string(getpid()) + ".toml");
};

TEST_F(ConfigFile, GivesOptionsAsTheCommandLineWould) {
  const auto words =
      arguments_from_toml(write("max-frames = 30\nconf = 0.25\nparallel = true\nquiet = false\n"
                                "backend-option = [\"a=1\", \"b=2\"]\nmean = [1, 2.5, 3]\n"
                                "[detect]\nmodel0 = \"m.onnx\"\n[vos]\nx = 1\n"),
                          *detect_.app);
  ASSERT_TRUE(words) << words.error().what;
  EXPECT_EQ(*words,
            (Words{"--backend-option=a=1", "--backend-option=b=2", "--conf=0.25", "--max-frames=30",
                   "--mean=1,2.5,3", "--parallel=true", "--model0=m.onnx"}));
}

TEST_F(ConfigFile, TheTableOfTheSubcommandTakesAFlagBack) {
  EXPECT_EQ(read("parallel = true\n[detect]\nparallel = false\n"), Words{});
  EXPECT_EQ(read("parallel = false\n[detect]\nparallel = true\n"), Words{"--parallel=true"});
}

TEST_F(ConfigFile, AFlagMayBeWrittenAsTheTextThatItOnceWas) {
  EXPECT_EQ(read("parallel = 'true'\nquiet = 'false'\n"), Words{"--parallel=true"});
}

TEST_F(ConfigFile, AnEmptyTextTakesNoValueFromTheNextOption) {
  EXPECT_EQ(read("model0 = ''\nwarmup = 1\n"), (Words{"--model0", "", "--warmup=1"}));
}

TEST_F(ConfigFile, WhatNobodyKnowsIsLeftToTheOneWhoReadsTheWords) {
  EXPECT_EQ(read("loud = true\n[detect]\nmax-framse = 3\n"),
            (Words{"--loud=true", "--max-framse=3"}));
}

TEST_F(ConfigFile, NamesTheLineThatIsNoToml) {
  const auto words = arguments_from_toml(write("a = 1\nb = \n"), *detect_.app);
  ASSERT_FALSE(words);
  EXPECT_NE(words.error().what.find("line 2"), std::string::npos) << words.error().what;
}

TEST_F(ConfigFile, RefusesValuesThatTheOptionCannotTake) {
  EXPECT_THAT(refused("when = 2026-01-01\n"), HasSubstr("'when' must be a string"));
  EXPECT_THAT(refused("model0 = true\n"), HasSubstr("'model0' takes a value, not true"));
  EXPECT_THAT(refused("model0 = [false]\n"), HasSubstr("'model0' takes a value, not false"));
  EXPECT_THAT(refused("parallel = 1\n"), HasSubstr("'parallel' is true or false"));
  EXPECT_THAT(refused("parallel = 'yes'\n"), HasSubstr("'parallel' is true or false"));
  EXPECT_THAT(refused("parallel = [true]\n"), HasSubstr("'parallel' is true or false"));
  EXPECT_THAT(refused("warmup = [1, 2]\n"), HasSubstr("'warmup' takes one value, not an array"));
}

TEST_F(ConfigFile, StandsBeforeWhatWasTyped) {
  const auto file = write("warmup = 1\n");
  const auto& program = detect_.program;
  EXPECT_EQ(with_config_files({"detect", "--warmup", "3", "--config", file}, program).value(),
            (Words{"detect", "--warmup", "3"}));
  EXPECT_EQ(with_config_files({"detect", "--conf", "3", "--config", file}, program).value(),
            (Words{"detect", "--warmup=1", "--conf", "3"}));
  EXPECT_EQ(with_config_files({"detect", "--config=" + file}, program).value(),
            (Words{"detect", "--warmup=1"}));
  EXPECT_FALSE(with_config_files({"detect", "--config"}, program));
  EXPECT_EQ(with_config_files({"detekt", "--config", file}, program).value(),
            (Words{"detekt", "--config", file}));
  EXPECT_EQ(with_config_files({}, program).value(), Words{});
}

TEST_F(ConfigFile, SaysNothingOfAnOptionThatWasTyped) {
  const auto file =
      write("backend-option = [\"a=1\", \"b=2\"]\nmodel0 = ''\nparallel = true\nwarmup = 1\n");
  const auto& program = detect_.program;
  EXPECT_EQ(with_config_files(
                {"detect", "--config", file, "--backend-option", "a=3", "--model0", "m"}, program)
                .value(),
            (Words{"detect", "--parallel=true", "--warmup=1", "--backend-option", "a=3", "--model0",
                   "m"}));
  EXPECT_EQ(with_config_files({"detect", "--parallel=false", "--config", file}, program).value(),
            (Words{"detect", "--backend-option=a=1", "--backend-option=b=2", "--model0", "",
                   "--warmup=1", "--parallel=false"}));
}

TEST_F(ConfigFile, SaysNothingOfAModelThatWasTypedByItsPlace) {
  CLI::App program;
  std::vector<std::string> models;
  program.add_subcommand("bench")->add_option("--model,model", models);
  const auto file = write("model = ['a.onnx', 'b.onnx']\n");
  EXPECT_EQ(with_config_files({"bench", "--config", file, "c.onnx"}, program).value(),
            (Words{"bench", "c.onnx"}));
  EXPECT_EQ(with_config_files({"bench", "--model=c.onnx", "--config", file}, program).value(),
            (Words{"bench", "--model=c.onnx"}));
  EXPECT_EQ(with_config_files({"bench", "--config", file}, program).value(),
            (Words{"bench", "--model=a.onnx", "--model=b.onnx"}));
}

TEST_F(ConfigFile, WhatIsWrittenIsReadAgain) {
  const OptionValues values{
      {"model0", "a \"quoted\" name.onnx"}, {"max-frames", "30"}, {"parallel", "true"}};
  const auto text = to_toml(values, *detect_.app);
  EXPECT_THAT(text, HasSubstr("parallel = true\n"));
  EXPECT_EQ(read(text),
            (Words{"--max-frames=30", "--model0=a \"quoted\" name.onnx", "--parallel=true"}));
}

// The default of --image-size was once recorded as if it had been typed.
TEST_F(ConfigFile, OfAnOldRecordTheDefaultImageSizeWasNotTyped) {
  auto record = sample_record();
  record.run.command = "jetmeter detect --model0 m.onnx";
  record.run.config = {{"image-size", "640"}, {"warmup", "2"}};
  EXPECT_EQ(arguments_from_record(write(to_json(record)), "detect").value(), (Words{"--warmup=2"}));
  record.run.config = {{"image-size", "480"}};
  EXPECT_EQ(arguments_from_record(write(to_json(record)), "detect").value(),
            (Words{"--image-size=480"}));
  record.run.config = {{"imgsz", "640"}};
  EXPECT_EQ(arguments_from_record(write(to_json(record)), "detect").value(),
            (Words{"--imgsz=640"}));
}

// So was that of --scenario, also of several streams.
TEST_F(ConfigFile, OfARecordTheScenarioSingleWasNotTyped) {
  auto record = sample_record();
  record.run.command = "jetmeter bench m.onnx --streams 2";
  record.run.config = {{"scenario", "single"}, {"streams", "2"}};
  EXPECT_EQ(arguments_from_record(write(to_json(record)), "bench").value(), (Words{"--streams=2"}));
  record.run.config = {{"scenario", "rate"}};
  EXPECT_EQ(arguments_from_record(write(to_json(record)), "bench").value(),
            (Words{"--scenario=rate"}));
}

TEST_F(ConfigFile, AnOptionThatIsRepeatedIsAnArray) {
  const OptionValues values{
      {"backend-option", "a=1"}, {"warmup", "2"}, {"backend-option", "b=x,y"}};
  EXPECT_EQ(read(to_toml(values, *detect_.app)),
            (Words{"--backend-option=a=1", "--backend-option=b=x,y", "--warmup=2"}));
}

// ---- every option of a subcommand
// ------------------------------------------------------------------

struct Parsed {
  explicit Parsed(const Subcommand& subcommand)
      : app("", std::string(subcommand.name)), action(subcommand.define(app, {})) {}
  bool parse(Words words) {
    std::ranges::reverse(words);
    try {
      app.parse(words);
      return true;
    } catch (const CLI::ParseError&) {
      return false;
    }
  }
  CLI::App app;
  Action action;  // holds what the options are parsed into
};

bool takes_part(const CLI::Option& option) {
  constexpr std::array<std::string_view, 6> kApart{"help",        "config", "from",
                                                   "dump-config", "out",    "take-turns"};
  return !option.get_lnames().empty() && option.get_group() != "Output" &&
         std::ranges::find(kApart, option.get_lnames().front()) == kApart.end();
}

// What the option is bound to, as text: what was given, the last of several where it wins.
Words effective(const CLI::Option& option) {
  const bool flag = option.get_items_expected_max() == 0;
  if (flag) return {option.count() > 0 && option.as<bool>() ? "true" : "false"};
  auto given = option.results();
  const auto usual = option.get_default_str();
  if (given.empty() && !usual.empty()) return {usual};
  const bool last = option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeLast;
  if (last && given.size() > 1) given.erase(given.begin(), given.end() - 1);
  return given;
}

std::map<std::string, Words> effective_values(const CLI::App& app) {
  std::map<std::string, Words> values;
  for (const auto* option : app.get_options())
    if (takes_part(*option)) values[option->get_lnames().front()] = effective(*option);
  return values;
}

// The words of its choice first: "TEXT:{rgb,thermal}" has two.
Words values_to_try(const CLI::Option& option) {
  Words values;
  const auto type = option.get_type_name();
  const auto open = type.find('{'), close = type.find('}');
  if (open != std::string::npos && close != std::string::npos)
    values = CLI::detail::split(type.substr(open + 1, close - open - 1), ',');
  for (const auto* value : {"it's a \"word\" --and more", "7", "64", "0.75", "/"})
    values.emplace_back(value);
  return values;
}

// Arguments that give the option another value than its default. Empty: none of the above is one.
Words typed_for(const Subcommand& subcommand, const CLI::Option& option) {
  const auto name = "--" + option.get_lnames().front();
  for (const auto& value : values_to_try(option)) {
    Words words{name};
    words.resize(1 + static_cast<std::size_t>(option.get_items_expected_max() == 0
                                                  ? 0
                                                  : option.get_items_expected_min()),
                 value);
    Parsed parsed(subcommand);
    const auto before = effective_values(parsed.app);
    if (parsed.parse(words) && effective_values(parsed.app) != before) return words;
  }
  return {};
}

class RoundTrip : public ConfigFile, public testing::WithParamInterface<const char*> {
 protected:
  const Subcommand& subcommand() const {
    return **std::ranges::find(subcommands(), std::string_view(GetParam()), &Subcommand::name);
  }
  void expect_the_same_after(const Words& typed) {
    Parsed first(subcommand()), second(subcommand());
    ASSERT_TRUE(first.parse(typed)) << testing::PrintToString(typed);
    const auto text = to_toml(option_values(first.app), first.app);
    const auto words = arguments_from_toml(write(text), second.app);
    ASSERT_TRUE(words) << words.error().what << '\n' << text;
    ASSERT_TRUE(second.parse(*words)) << text;
    EXPECT_EQ(effective_values(second.app), effective_values(first.app)) << text;
    EXPECT_EQ(to_toml(option_values(second.app), second.app), text);
  }
};

TEST_P(RoundTrip, EveryOptionIsDumpedAndReadBack) {
  const Parsed all(subcommand());
  for (const auto* option : all.app.get_options()) {
    if (!takes_part(*option)) continue;
    SCOPED_TRACE(option->get_lnames().front());
    const auto typed = typed_for(subcommand(), *option);
    ASSERT_FALSE(typed.empty()) << "teach values_to_try() a value that this option takes";
    expect_the_same_after(typed);
    auto twice = typed;
    twice.insert(twice.end(), typed.begin(), typed.end());
    if (Parsed(subcommand()).parse(twice)) expect_the_same_after(twice);
    if (typed.size() == 1) expect_the_same_after({typed.front(), typed.front() + "=false"});
  }
}

INSTANTIATE_TEST_SUITE_P(Subcommands, RoundTrip,
                         testing::Values("bench", "detect", "compare", "monitor"),
                         [](const auto& suite) { return std::string(suite.param); });

}  // namespace
}  // namespace jetmeter
