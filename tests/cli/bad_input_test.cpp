// Bad input gets one sentence on standard error that names the culprit, and the exit code of a
// wrong request. Nothing is left behind.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <opencv2/imgcodecs.hpp>

#include "support/program.h"
#include "support/reference_model.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

struct WrongRequest {
  const char* name;
  std::vector<std::string> arguments;
  const char* says;
};

class WrongRequests : public testing::TestWithParam<WrongRequest> {
 protected:
  WrongRequests() {
    place_.write("good.ref", ReferenceModel{}.text());
    place_.write("empty_dir/readme.txt", "no images here");
    place_.write("note.mp4", "this is no video");
    place_.write("truth/a.txt", "0 0.5 oops 0.1 0.1\n");
    place_.write("labels.txt", "\n\n");
    place_.write("bad.toml", "max-frames = \n");
    place_.write("unknown.toml", "max-framse = 3\n");
    place_.write("file", "a file where a directory should be");
    place_.write("full/x", "not empty");
  }
  Workplace place_;
};

TEST_P(WrongRequests, GetOneSentenceAndCodeOne) {
  const auto result = run_program(GetParam().arguments, place_);
  EXPECT_EQ(result.exit_code, 1);
  const auto at = result.err.find("error: ");
  ASSERT_NE(at, std::string::npos) << result.err;
  const auto sentence = result.err.substr(at);
  EXPECT_EQ(count_lines(sentence), 1U) << sentence;
  EXPECT_THAT(sentence, HasSubstr(GetParam().says));
  EXPECT_THAT(result.err, Not(HasSubstr("terminate")));
  EXPECT_FALSE(std::filesystem::exists(place_ / "runs"));
}

const std::vector<std::string> kGood{"detect", "--model0", "good.ref", "--source", "synthetic"};

std::vector<std::string> good_with(std::vector<std::string> more) {
  auto words = kGood;
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

INSTANTIATE_TEST_SUITE_P(
    , WrongRequests,
    testing::Values(
        WrongRequest{"Subcommand", {"detcet"}, "did you mean detect?"},
        WrongRequest{"OptionOfTheProgram",
                     {"--hepl"},
                     "jetmeter has no option '--hepl'; did you mean --help?"},
        WrongRequest{"OptionInPlaceOfACommandOfModel",
                     {"model", "--hepl"},
                     "model has no option '--hepl'; did you mean --help?"},
        WrongRequest{"CommandOfModel", {"model", "cst", "good.ref"}, "did you mean cost?"},
        WrongRequest{"Option", good_with({"--max-framse", "3"}), "did you mean --max-frames?"},
        WrongRequest{"RateThatIsNoNumber",
                     {"bench", "good.ref", "--scenario", "rate", "--rate", "nan"},
                     "'nan' is no number from 0 on"},
        WrongRequest{"OptionOfACommandOfModel",
                     {"model", "inspect", "good.ref", "--layres"},
                     "model inspect has no option '--layres'; did you mean --layers?"},
        WrongRequest{"QuietAndVerbose", good_with({"-q", "-v"}), "--quiet"},
        WrongRequest{"StrayWord", good_with({"extra"}), "'extra'"},
        WrongRequest{"NoModel", {"detect", "--source", "synthetic"}, "--model0"},
        WrongRequest{"NoSource", {"detect", "--model0", "good.ref"}, "needs --source"},
        WrongRequest{"DualWithoutSources",
                     {"detect", "--mode", "dual", "--model0", "good.ref", "--source", "synthetic"},
                     "--thermal-source"},
        WrongRequest{
            "MissingModel", {"detect", "--model0", "no.onnx", "--source", "synthetic"}, "no.onnx"},
        WrongRequest{"ModelIsADirectory",
                     {"detect", "--model0", "empty_dir", "--source", "synthetic"},
                     "empty_dir"},
        WrongRequest{"UnknownModelFormat",
                     {"detect", "--model0", "labels.txt", "--source", "synthetic"},
                     "labels.txt"},
        WrongRequest{"UnknownBackend", good_with({"--backend", "tensorflow"}), "--backend"},
        WrongRequest{"UnknownHead", good_with({"--head", "yolov99"}), "--head"},
        WrongRequest{
            "MissingSource", {"detect", "--model0", "good.ref", "--source", "no.mp4"}, "no.mp4"},
        WrongRequest{"MisspeltSource",
                     {"detect", "--model0", "good.ref", "--source", "vidoe=a.mp4"},
                     "video"},
        WrongRequest{
            "TextAsVideo", {"detect", "--model0", "good.ref", "--source", "note.mp4"}, "note.mp4"},
        WrongRequest{"DirectoryWithoutImages",
                     {"detect", "--model0", "good.ref", "--source", "empty_dir"},
                     "empty_dir"},
        WrongRequest{"UnknownScene",
                     {"detect", "--model0", "good.ref", "--source", "synthetic=moon"},
                     "moon"},
        WrongRequest{"MissingTruth", good_with({"--ground-truth", "nowhere"}), "nowhere"},
        WrongRequest{"MalformedTruth", good_with({"--ground-truth", "truth"}), "a.txt"},
        WrongRequest{"EmptyLabels", good_with({"--labels-file", "labels.txt"}), "labels.txt"},
        WrongRequest{"ScoreOutOfRange", good_with({"--conf", "1.5"}), "--conf"},
        WrongRequest{"FramesNotANumber", good_with({"--max-frames", "many"}), "--max-frames"},
        WrongRequest{"NegativeFrames", good_with({"--max-frames", "-3"}), "--max-frames"},
        WrongRequest{"Duration", good_with({"--timeout", "soon"}),
                     "--timeout: 'soon' is not a duration"},
        WrongRequest{"DeviceThatNobodyHas", good_with({"--device", "cuda:0"}),
                     "no backend here offers the device 'cuda:0' for '.ref'; there is cpu"},
        WrongRequest{"TooManyThreads", good_with({"--threads", "99999"}),
                     "--threads: Value 99999 not in range 0 to 1024"},
        WrongRequest{"NegativeThreads", good_with({"--threads", "-1"}), "--threads"},
        WrongRequest{"Tolerance", good_with({"--tolerance", "near"}),
                     "--tolerance: 'near' is not a duration"},
        WrongRequest{"Interval", good_with({"--metrics-interval", "often"}),
                     "--metrics-interval: 'often' is not a duration"},
        WrongRequest{"IdleBaseline", good_with({"--idle-baseline", "long"}),
                     "--idle-baseline: 'long' is not a duration"},
        WrongRequest{"Size", good_with({"--memory-limit", "much"}),
                     "--memory-limit: 'much' is not a size"},
        WrongRequest{"StrictMemoryWithoutALimit",
                     good_with({"--memory-limit", "none", "--strict-memory"}),
                     "error: --strict-memory needs a limit: give --memory-limit"},
        WrongRequest{"StopWithoutALimit",
                     good_with({"--memory-limit", "none", "--on-over-budget", "stop"}),
                     "error: --on-over-budget stop needs a limit: give --memory-limit"},
        WrongRequest{"StrictMemoryOfABenchThatHasNoLimit",
                     {"bench", "good.ref", "--strict-memory"},
                     "error: --strict-memory needs a limit: give --memory-limit"},
        WrongRequest{"StrictMemoryOfASweepThatHasNoLimit",
                     {"bench", "good.ref", "--threads", "1,2", "--strict-memory"},
                     "error: --strict-memory needs a limit: give --memory-limit"},
        WrongRequest{"NoRecordedMachine", good_with({"--host-root", "nowhere"}),
                     "error: --host-root: there is no folder 'nowhere'"},
        WrongRequest{"NoRecordedMachineOfABench",
                     {"bench", "good.ref", "--host-root", "file"},
                     "error: --host-root: there is no folder 'file'"},
        WrongRequest{"Scale", good_with({"--scale", "1/0"}), "--scale"},
        WrongRequest{"Std", good_with({"--std", "1,0,1"}), "--std"},
        WrongRequest{"BackendOption", good_with({"--backend-option", "fast"}), "KEY=VALUE"},
        WrongRequest{"OutIsAFile", good_with({"--out", "file"}), "it is a file"},
        WrongRequest{"OutIsNotEmpty", good_with({"--out", "full"}), "it is not empty"},
        WrongRequest{"OutUnderAFile", good_with({"--out", "file/run"}), "file/run"},
        WrongRequest{"MissingConfig", good_with({"--config", "no.toml"}), "no.toml"},
        WrongRequest{"BrokenConfig", good_with({"--config", "bad.toml"}), "line 1"},
        WrongRequest{"UnknownConfigKey", good_with({"--config", "unknown.toml"}), "--max-framse"},
        WrongRequest{"MissingRecord", {"report", "nowhere"}, "nowhere"},
        WrongRequest{"RecordIsNoJson", {"report", "labels.txt"}, "labels.txt"},
        WrongRequest{"UnknownFormat", {"report", "full", "--format", "pdf"}, "--format"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(NoArguments, ShowTheHelp) {
  const Workplace place;
  const auto result = run_program({}, place);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out, HasSubstr("jetmeter demo"));
}

TEST(Help, NamesEverySubcommandButTheHiddenOne) {
  const Workplace place;
  const auto result = run_program({"--help"}, place);
  EXPECT_EQ(result.exit_code, 0);
  for (const auto* name : {"demo", "detect", "report", "list"})
    EXPECT_THAT(result.out, HasSubstr(name));
  EXPECT_THAT(result.out, Not(HasSubstr("worker")));
}

TEST(UnwritableDirectory, IsAWrongRequest) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const Workplace place;
  place.write("good.ref", ReferenceModel{}.text());
  std::filesystem::create_directories(place / "locked");
  std::filesystem::permissions(place / "locked", std::filesystem::perms::owner_read);
  const auto result = run_program(good_with({"--out", "locked/run"}), place);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("locked/run"));
}

// The exit code of a run of which no file may grow past 100 KiB: the streams do not fit, the
// reports do. What it says is in err.txt.
int detect_in_small_files(const Workplace& place, const std::string& options) {
  const std::string script = std::string("ulimit -f 100; export XDG_DATA_HOME=$PWD/.data; exec ") +
                             JM_PROGRAM + " detect --model0 good.ref " + options +
                             " --out run --format json > out.json 2> err.txt";
  const auto command =
      "cd " + place.path().string() + " && bash -c 'trap \"\" XFSZ; " + script + "'";
  return WEXITSTATUS(std::system(command.c_str()));
}

TEST(FullDisk, LosesNoResult) {
  const Workplace place;
  place.write("good.ref", ReferenceModel{.delay_ms = 0}.text());
  EXPECT_EQ(detect_in_small_files(place, "--source synthetic --max-frames 1000"), 2)
      << slurp(place / "err.txt");
  EXPECT_THAT(slurp(place / "err.txt"), HasSubstr("frames.jsonl' could not be written whole"));
  EXPECT_EQ(read_json(place / "run/report.json").at("slots").at(0).at("frames"), 1000);
}

// A picture that is large as a JPEG too.
void write_noise(const Workplace& place, const std::string& name) {
  cv::Mat noise(900, 1200, CV_8UC3);
  cv::theRNG().state = 1;
  cv::randu(noise, 0, 256);
  cv::imwrite(place.write(name, ""), noise);
}

TEST(FullDisk, LosesNoOverlayInSilence) {
  const Workplace place;
  place.write("good.ref", ReferenceModel{}.text());
  write_noise(place, "images/a.png");
  EXPECT_EQ(detect_in_small_files(place, "--source images --save-overlays 1"), 2)
      << slurp(place / "err.txt");
  EXPECT_THAT(slurp(place / "err.txt"),
              HasSubstr("overlays/rgb_a.jpg' could not be written whole: File too large"));
  EXPECT_EQ(read_json(place / "run/report.json").at("slots").at(0).at("frames"), 1);
  EXPECT_FALSE(std::filesystem::exists(place / "run/overlays/rgb_a.jpg"));
}

// The last line names no file that is not there.
TEST(FullDisk, NamesNoReportThatCouldNotBeWritten) {
  const Workplace place;
  place.write("good.ref", ReferenceModel{}.text());
  const std::string script =
      std::string(
          "export XDG_DATA_HOME=$PWD/.data XDG_CACHE_HOME=$PWD/.cache; "
          "(ulimit -f 1; exec ") +
      JM_PROGRAM +
      " detect --model0 good.ref --source synthetic --max-frames 3 --out run) 2>&1 | "
      "cat > err.txt; exit ${PIPESTATUS[0]}";
  const auto command =
      "cd " + place.path().string() + " && bash -c 'trap \"\" XFSZ; " + script + "'";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 2);
  const auto said = slurp(place / "err.txt");
  EXPECT_THAT(said, HasSubstr("report.md' could not be written whole"));
  EXPECT_THAT(said, Not(HasSubstr("report: run/report.md")));
}

// Small disks, mounted where only their program sees them.
class SmallDisk : public testing::Test {
 protected:
  SmallDisk() {
    place_.write("good.ref", ReferenceModel{}.text());
    std::filesystem::create_directories(place_ / "disk");
  }
  // The exit code of `words`, said in the disk's folder.
  int in_shell(int kilobytes, const std::string& words) const {
    const auto mount = "mount -t tmpfs -o size=" + std::to_string(kilobytes) + "k none disk";
    const auto command = "cd " + place_.path().string() +
                         " && export XDG_DATA_HOME=$PWD/.data && unshare -Urm sh -c '" + mount +
                         " && " + words + "' > out.txt 2> err.txt";
    return WEXITSTATUS(std::system(command.c_str()));
  }
  bool can_be_had() const { return in_shell(200, "true") == 0; }
  std::string detect(const std::string& options) const {
    return std::string(JM_PROGRAM) + " detect --model0 good.ref --out disk/run " + options;
  }
  std::string said() const { return slurp(place_ / "err.txt"); }
  Workplace place_;
};

TEST_F(SmallDisk, ThatHasNoRoomForTheReportsIsRefusedAtTheStart) {
  if (!can_be_had()) GTEST_SKIP() << "no disk can be mounted here: " << said();
  const auto command = detect("--source synthetic --max-frames 3; code=$?; ls -A disk; exit $code");
  EXPECT_EQ(in_shell(200, command), 1) << said();
  EXPECT_THAT(said(), HasSubstr("cannot write the run into"));
  EXPECT_THAT(said(), HasSubstr("and the reports need up to"));
  EXPECT_THAT(said(), Not(HasSubstr("report.md")));
  EXPECT_EQ(slurp(place_ / "out.txt"), "") << "something was left behind";
}

TEST_F(SmallDisk, CostsTheOverlaysAndNotTheReports) {
  if (!can_be_had()) GTEST_SKIP() << "no disk can be mounted here: " << said();
  write_noise(place_, "images/a.png");
  const auto command = detect(
      "--source images --save-overlays 1; code=$?; test -s disk/run/report.json && exit $code");
  EXPECT_EQ(in_shell(500, command), 2) << said();
  EXPECT_THAT(said(), HasSubstr("rgb_a.jpg' could not be written whole: No space left on device"));
  EXPECT_THAT(said(), HasSubstr("report: disk/run/report.md"));
}

int exit_code_in_shell(const Workplace& place, const std::string& words) {
  const auto command =
      "cd " + place.path().string() + " && XDG_DATA_HOME=$PWD/.data " + JM_PROGRAM + " " + words;
  return WEXITSTATUS(std::system(command.c_str()));
}

TEST(LostErrorOutput, CostsNoMeasurement) {
  const Workplace place;
  place.write("good.ref", ReferenceModel{.delay_ms = 0}.text());
  const std::string run = "detect --model0 good.ref --source synthetic --max-frames 5 --out ";
  EXPECT_EQ(exit_code_in_shell(place, run + "full > out.txt 2> /dev/full"), 0);
  EXPECT_EQ(exit_code_in_shell(place, run + "closed > out.txt 2>&-"), 0);
  for (const auto* folder : {"full", "closed"})
    EXPECT_EQ(read_json(place.path() / folder / "report.json").at("run").at("verdict"),
              "completed");
}

TEST(LostOutput, IsNoSuccess) {
  const Workplace place;
  for (const auto* words : {"list", "--help", "list --format json"}) {
    EXPECT_EQ(exit_code_in_shell(place, std::string(words) + " > /dev/full 2> err.txt"), 2);
    EXPECT_THAT(slurp(place / "err.txt"), HasSubstr("standard output could not be written whole"));
  }
}

// Whoever renames a model onto /dev/null has no /dev/null any more.
TEST(WrittenFile, ReplacesNothingThatIsNoFile) {
  const Workplace place;
  ASSERT_EQ(::mkfifo((place / "pipe").c_str(), 0600), 0);
  const auto result = run_program({"zoo", "make", "simple-cnn", "-o", "pipe", "--force"}, place);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("'pipe' is there and is no file"));
  EXPECT_TRUE(std::filesystem::is_fifo(place.path() / "pipe"));
}

}  // namespace
}  // namespace jetmeter
