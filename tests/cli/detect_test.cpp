// The main job on generated material: modes, sources, pairing, reports.
#include <gmock/gmock.h>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include "jetmeter/zoo.h"
#include "support/board_copy.h"
#include "support/no_file.h"
#include "support/program.h"
#include "support/reference_model.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

cv::Mat picture(int number) {
  cv::Mat image(120, 160, CV_8UC3, cv::Scalar(40, 60, 80));
  cv::rectangle(image, {10 + number, 20, 50, 40}, cv::Scalar(0, 0, 255), cv::FILLED);
  return image;
}

void write_video(const std::string& path, double fps, int frames) {
  cv::VideoWriter writer(path, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), fps, {160, 120});
  ASSERT_TRUE(writer.isOpened());
  for (int i = 0; i < frames; ++i) writer.write(picture(i % 50));
}

std::string zoo_model(const Workplace& place, const std::string& name) {
  return place.write(name + ".onnx", build_zoo_model(name).value());
}

class Detect : public testing::Test {
 protected:
  nlohmann::json run(std::vector<std::string> words, int expected_code = 0) {
    words.insert(words.begin(), "detect");
    words.insert(words.end(), {"--out", place_ / "run"});
    result_ = run_program(words, place_);
    EXPECT_EQ(result_.exit_code, expected_code) << result_.err;
    return read_json(place_ / "run/report.json");
  }
  Workplace place_;
  ProgramResult result_;
  std::string model_ = place_.write("m.ref", ReferenceModel{}.text());
};

TEST_F(Detect, RgbModeSkipsTheThermalSlotWithAReason) {
  const auto report =
      run({"--mode", "rgb", "--model0", model_, "--source", "synthetic", "--max-frames", "7"});
  ASSERT_EQ(report.at("slots").size(), 2U);
  EXPECT_EQ(report["slots"][0]["name"], "rgb");
  EXPECT_EQ(report["slots"][0]["frames"], 7);
  EXPECT_EQ(report["slots"][1]["name"], "thermal");
  EXPECT_EQ(report["slots"][1]["status"], "skipped");
  EXPECT_EQ(report["slots"][1]["reason"], "not used in rgb mode");
}

// The machine cannot be known by them, and is measured all the same.
TEST_F(Detect, OnAMachineWhoseFilesAreNone) {
  const BoardCopy board("orin-nano-super");
  board.remove("/usr/bin/tegrastats");
  std::size_t next = 0;
  for (const auto& file : files_below(board.host().root)) kNoFiles[next++ % 3].put(file);
  const auto report = run({"--model0", model_, "--source", "synthetic", "--max-frames", "5",
                           "--idle-baseline", "0", "--host-root", board.host().root.string()});
  EXPECT_EQ(report["slots"][0]["frames"], 5);
}

TEST_F(Detect, ThermalModeRunsTheSecondSlot) {
  const auto report = run({"--mode", "thermal", "--model1", model_, "--source", "synthetic=thermal",
                           "--max-frames", "7"});
  EXPECT_EQ(report["slots"][0]["status"], "skipped");
  EXPECT_EQ(report["slots"][1]["frames"], 7);
}

TEST_F(Detect, DualWithOneModelRunsThatOne) {
  const auto report = run({"--mode", "dual", "--model1", model_, "--rgb-source", "synthetic",
                           "--thermal-source", "synthetic=thermal", "--max-frames", "5"});
  EXPECT_EQ(report["slots"][0]["reason"], "no model was given");
  EXPECT_EQ(report["slots"][1]["frames"], 5);
}

TEST_F(Detect, ImagesWithBadOnesAmongThem) {
  for (int i = 0; i < 4; ++i)
    cv::imwrite(place_.write("images/b" + std::to_string(i) + ".png", ""), picture(i));
  place_.write("images/a_broken.jpg", "not a picture");
  place_.write("images/c_empty.png", "");
  place_.write("images/notes.txt", "other files do not matter");
  const auto report = run({"--model0", model_, "--source", place_ / "images"});
  const auto& source = report["slots"][0]["source"];
  EXPECT_EQ(report["slots"][0]["frames"], 4);
  EXPECT_EQ(source["frames_bad"], 2);
  EXPECT_EQ(source["bad"][0]["name"], "a_broken.jpg");
  EXPECT_EQ(source["bad"][1]["name"], "c_empty.png");
  EXPECT_THAT(result_.err, HasSubstr("a_broken.jpg"));
  EXPECT_THAT(slurp(place_ / "run/run.log"), HasSubstr("1 other file is ignored (notes.txt)"));
  EXPECT_EQ(report["run"]["warnings"][0]["code"], "bad_frames");
  EXPECT_TRUE(report["slots"][0]["deadline"].is_null());  // images have no rate
}

TEST_F(Detect, AVideoThatWasCutShort) {
  write_video(place_ / "clip.avi", 30, 40);
  auto bytes = slurp(place_ / "clip.avi");
  place_.write("cut.avi", bytes.substr(0, bytes.size() / 2));
  const auto report = run({"--model0", model_, "--source", place_ / "cut.avi"});
  const int frames = report["slots"][0]["frames"];
  EXPECT_GT(frames, 5);
  EXPECT_LT(frames, 40);
  const auto& source = report["slots"][0]["source"];
  const int announced = source["frames_announced"];
  EXPECT_EQ(source["frames_bad"], announced - frames);
  EXPECT_EQ(source["bad"].back()["name"], "cut.avi");
}

TEST_F(Detect, StreamsOfDifferentRatesArePairedByTime) {
  write_video(place_ / "fast.avi", 30, 60);
  write_video(place_ / "slow.avi", 10, 20);
  const auto report =
      run({"--model0", model_, "--model1", model_, "--rgb-source", place_ / "fast.avi",
           "--thermal-source", place_ / "slow.avi", "--solo-frames", "6"});
  EXPECT_EQ(report["pairs"]["pairs"], 20);
  EXPECT_EQ(report["pairs"]["unpaired_first"], 40);
  EXPECT_EQ(report["pairs"]["unpaired_second"], 0);
  EXPECT_LT(report["pairs"]["max_offset_ms"].get<double>(), 17.0);
  EXPECT_NEAR(report["pairs"]["deadline"]["period_ms"].get<double>(), 100.0, 0.1);
  EXPECT_FALSE(report["slots"][0]["interference"]["factor"].is_null());
  std::vector<int> indices;
  for (const auto& frame : read_json_lines(place_ / "run/frames.jsonl"))
    if (frame["slot"] == "rgb" && frame["pass"] == "measure") indices.push_back(frame["index"]);
  ASSERT_EQ(indices.size(), 20U);
  EXPECT_THAT(std::vector(indices.begin(), indices.begin() + 4), ElementsAre(0, 3, 6, 9));
}

TEST_F(Detect, ADeadlineStaysWithTheStreamThatHasARate) {
  for (int i = 0; i < 4; ++i)
    cv::imwrite(place_.write("images/" + std::to_string(i) + ".png", ""), picture(i));
  write_video(place_ / "clip.avi", 20, 4);
  const auto report =
      run({"--model0", model_, "--model1", model_, "--rgb-source", place_ / "clip.avi",
           "--thermal-source", place_ / "images", "--solo-frames", "0"});
  EXPECT_NEAR(report["slots"][0]["deadline"]["period_ms"].get<double>(), 50.0, 0.1);
  EXPECT_TRUE(report["slots"][1]["deadline"].is_null());
  EXPECT_TRUE(report["pairs"]["deadline"].is_null());
}

// In turn, the two slots never work at the same time; side by side, they do.
int overlapping_pairs(const std::string& schedule) {
  const Workplace place;
  const auto a = place.write("a.ref", ReferenceModel{.delay_ms = 150}.text());
  const auto b = place.write("b.ref", ReferenceModel{.delay_ms = 150}.text());
  const auto result = run_program(
      {"detect", "--model0", a, "--model1", b, "--rgb-source", "synthetic", "--thermal-source",
       "synthetic", "--schedule", schedule, "--max-frames", "10", "--out", place / "run"},
      place);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::vector<std::pair<std::int64_t, std::int64_t>> spans[2];
  for (const auto& frame : read_json_lines(place / "run/frames.jsonl")) {
    if (frame["pass"] != "measure") continue;
    const std::int64_t start = frame["started_ns"], latency = frame["latency_ns"];
    spans[frame["slot"] == "rgb" ? 0 : 1].emplace_back(start, start + latency);
  }
  int overlapping = 0;
  for (const auto& [begin, end] : spans[0])
    for (const auto& [other_begin, other_end] : spans[1])
      overlapping += begin < other_end && other_begin < end ? 1 : 0;
  return overlapping;
}

TEST(Schedule, AlternateNeverOverlapsAndParallelDoes) {
  EXPECT_EQ(overlapping_pairs("alternate"), 0);
  EXPECT_GE(overlapping_pairs("parallel"), 5);
}

TEST_F(Detect, OverlaysAreDrawnFromTheFramesThatWereMeasured) {
  const auto model = zoo_model(place_, "scene-rgb");
  run({"--model0", model, "--source", "synthetic=rgb", "--max-frames", "10", "--save-overlays",
       "3"});
  int pictures = 0;
  for (const auto& file : std::filesystem::directory_iterator(place_ / "run/overlays")) {
    EXPECT_FALSE(cv::imread(file.path().string()).empty()) << file.path();
    ++pictures;
  }
  EXPECT_EQ(pictures, 3);
}

// The objects of the first frames of the generated scene, as a COCO file that says `name` for the
// first class.
std::string coco_truth(const std::string& name) {
  return R"({"images":[{"id":1,"file_name":"b0.png","width":160,"height":120}],)"
         R"("categories":[{"id":4,"name":")" +
         name +
         R"("}],"annotations":[{"id":1,"image_id":1,"category_id":4,"iscrowd":0,)"
         R"("bbox":[10,20,50,40],"area":2000}]})";
}

TEST_F(Detect, CocoCategoriesGoByTheModelsNames) {
  cv::imwrite(place_.write("images/b0.png", ""), picture(0));
  const auto truth = place_.write("instances.json", coco_truth("red-box"));
  const auto report = run({"--model0", zoo_model(place_, "scene-rgb"), "--source",
                           place_ / "images", "--ground-truth", truth});
  EXPECT_EQ(report["slots"][0]["accuracy"]["truths"], 1);
  EXPECT_GT(report["slots"][0]["accuracy"]["recall50"].get<double>(), 0.99);
}

TEST_F(Detect, GroundTruthOfOtherClassesIsAWarningAndNoAccuracy) {
  cv::imwrite(place_.write("images/b0.png", ""), picture(0));
  const auto truth = place_.write("instances.json", coco_truth("zebra"));
  const auto report = run({"--model0", zoo_model(place_, "scene-rgb"), "--source",
                           place_ / "images", "--ground-truth", truth});
  EXPECT_TRUE(report["slots"][0]["accuracy"].is_null());
  EXPECT_EQ(report["run"]["warnings"][0]["code"], "ground_truth");
  EXPECT_THAT(result_.err, HasSubstr("zebra"));
}

TEST_F(Detect, AGroundTruthThatFitsNoFrameIsTold) {
  cv::imwrite(place_.write("images/b0.png", ""), picture(0));
  place_.write("labels/other.txt", "0 0.5 0.5 0.2 0.2\n");
  const auto report =
      run({"--model0", model_, "--source", place_ / "images", "--ground-truth", place_ / "labels"});
  EXPECT_TRUE(report["slots"][0]["accuracy"].is_null());
  EXPECT_EQ(report["run"]["warnings"][0]["code"], "ground_truth_unmatched");
  EXPECT_THAT(result_.err,
              HasSubstr("none of the 1 labelled pictures ('other') is among the 1 frames"));
  EXPECT_THAT(result_.out, HasSubstr("since the ground truth does not fit"));
}

// The model finds the box in both pictures; by the labels, the one in b1.png is not there.
TEST_F(Detect, APictureWithoutALabelFileIsOneWithoutObjects) {
  for (const auto* name : {"images/b0.png", "images/b1.png"})
    cv::imwrite(place_.write(name, ""), picture(0));
  place_.write("labels/b0.txt", "0 0.21875 0.333333 0.3125 0.333333\n");
  const auto report = run({"--model0", zoo_model(place_, "scene-rgb"), "--source",
                           place_ / "images", "--ground-truth", place_ / "labels"});
  const auto& accuracy = report["slots"][0]["accuracy"];
  EXPECT_EQ(accuracy["images"], 2);
  EXPECT_EQ(accuracy["truths"], 1);
  EXPECT_GT(accuracy["recall50"].get<double>(), 0.99);
  EXPECT_LT(accuracy["precision50"].get<double>(), 0.51);
  EXPECT_THAT(result_.err, HasSubstr("1 of 2 frames, first 'b1.png', have no label file"));
}

TEST_F(Detect, UnderscoresAreTheOlderSpelling) {
  const auto report = run({"--model0=" + model_, "--rgb_source", "synthetic", "--max_frames=3"});
  EXPECT_EQ(report["slots"][0]["frames"], 3);
}

TEST_F(Detect, AConfigurationFileIsTheSameAsOptionsAndYieldsToThem) {
  const auto config = place_.write("run.toml", "max-frames = 4\n[detect]\nmodel0 = \"" + model_ +
                                                   "\"\nsource = \"synthetic\"\nwarmup = 1\n");
  const auto report = run({"--config", config, "--warmup", "3"});
  EXPECT_EQ(report["slots"][0]["frames"], 4);
  EXPECT_EQ(report["run"]["config"]["max-frames"], "4");
  EXPECT_EQ(report["run"]["config"]["warmup"], "3");
}

TEST_F(Detect, ADumpedConfigurationRunsAgain) {
  const auto dumped = run_program({"detect", "--model0", model_, "--source", "synthetic",
                                   "--max-frames", "6", "--parallel", "--dump-config"},
                                  place_);
  EXPECT_EQ(dumped.exit_code, 0) << dumped.err;
  const auto report = run({"--config", place_.write("again.toml", dumped.out)});
  EXPECT_EQ(report["slots"][0]["frames"], 6);
}

TEST_F(Detect, OptionsOfTheBackendAreDumpedOneByOne) {
  const auto dumped =
      run_program({"detect", "--model0", model_, "--source", "synthetic", "--backend-option", "a=1",
                   "--backend-option", "b=x,y", "--mean", "1,2,3", "--dump-config"},
                  place_);
  EXPECT_EQ(dumped.exit_code, 0) << dumped.err;
  EXPECT_THAT(dumped.out, HasSubstr("backend-option = [ 'a=1', 'b=x,y' ]"));
  EXPECT_THAT(dumped.out, HasSubstr("mean = '1,2,3'"));
  const auto again = run_program(
      {"detect", "--config", place_.write("again.toml", dumped.out), "--dump-config"}, place_);
  EXPECT_EQ(again.out, dumped.out) << again.err;
}

// Open axes, and a size of 32 in the metadata.
constexpr auto kOpenModel = R"({"behaviour": "noop",
  "inputs": [{"name": "images", "type": "float32", "shape": [1, 3, -1, -1]}],
  "outputs": [{"name": "output0", "type": "float32", "shape": [1, 6, 21]}],
  "metadata": {"names": "{0: 'red-box', 1: 'green-disc'}", "imgsz": "[32, 32]"}})";

TEST_F(Detect, ASizeThatWasTypedIsTakenAlsoWhereItIsTheDefault) {
  const auto model = place_.write("open.ref", kOpenModel);
  const std::vector<std::string> words{"--model0",  model,          "--source",
                                       "synthetic", "--max-frames", "2"};
  EXPECT_EQ(run(words)["slots"][0]["pipeline"]["input_width"], 32);
  std::filesystem::rename(place_ / "run", place_ / "plain");
  auto typed = words;
  typed.insert(typed.end(), {"--imgsz", "640"});
  EXPECT_EQ(run(typed)["slots"][0]["pipeline"]["input_width"], 640);
  std::filesystem::rename(place_ / "run", place_ / "typed");
  EXPECT_EQ(run({"--from", place_ / "plain/report.json"})["slots"][0]["pipeline"]["input_width"],
            32);
  std::filesystem::remove_all(place_ / "run");
  EXPECT_EQ(run({"--from", place_ / "typed/report.json"})["slots"][0]["pipeline"]["input_width"],
            640);
}

TEST_F(Detect, ASizeThatAFixedModelDoesNotHaveIsRefused) {
  const auto report =
      run({"--model0", model_, "--source", "synthetic", "--max-frames", "2", "--imgsz", "64"}, 4);
  EXPECT_THAT(std::string(report["slots"][0]["reason"]),
              HasSubstr("an image size of 64 was asked for, but input images is 1x3x32x32"));
}

TEST_F(Detect, JsonOnStandardOutputIsTheRecord) {
  const auto report =
      run({"--model0", model_, "--source", "synthetic", "--max-frames", "3", "--format", "json"});
  EXPECT_EQ(nlohmann::json::parse(result_.out), report);
}

TEST_F(Detect, AnnouncesSevenSteps) {
  run({"--model0", model_, "--source", "synthetic", "--max-frames", "3"});
  for (int step = 1; step <= 7; ++step)
    EXPECT_THAT(result_.err, HasSubstr("[" + std::to_string(step) + "/7]"));
  EXPECT_THAT(slurp(place_ / "run/run.log"), HasSubstr("[7/7]"));
}

TEST_F(Detect, QuietSaysNothingButTheResult) {
  run({"--model0", model_, "--source", "synthetic", "--max-frames", "3", "-q"});
  EXPECT_EQ(result_.err, "");
  EXPECT_THAT(result_.out, HasSubstr("rgb"));
}

TEST_F(Detect, VerboseTellsAlsoWhatOnlyTheLogHolds) {
  run({"--model0", model_, "--source", "synthetic", "--max-frames", "3"});
  EXPECT_THAT(result_.err, Not(HasSubstr("verdict: ")));
  std::filesystem::remove_all(place_ / "run");
  run({"--model0", model_, "--source", "synthetic", "--max-frames", "3", "-v"});
  EXPECT_THAT(result_.err, HasSubstr("verdict: completed"));
  const auto at = result_.err.find("[7/7]");
  EXPECT_EQ(result_.err.find("[7/7]", at + 1), std::string::npos) << result_.err;
}

TEST_F(Detect, AReportCanBeRenderedAgain) {
  run({"--model0", model_, "--source", "synthetic", "--max-frames", "3"});
  for (const auto* format : {"markdown", "csv", "json"}) {
    const auto again = run_program({"report", place_ / "run", "--format", format}, place_);
    EXPECT_EQ(again.exit_code, 0) << again.err;
    const std::string extension = format == std::string("markdown") ? "md" : format;
    EXPECT_EQ(again.out, slurp(place_ / ("run/report." + extension))) << format;
  }
}

TEST_F(Detect, TheLatestRunIsReportedByDefault) {
  const auto first = run_program(
      {"detect", "--model0", model_, "--source", "synthetic", "--max-frames", "3"}, place_);
  EXPECT_EQ(first.exit_code, 0) << first.err;
  const auto report = run_program({"report", "--format", "json"}, place_);
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_EQ(nlohmann::json::parse(report.out)["slots"][0]["frames"], 3);
}

TEST(Demo, FindsTheKnownObjects) {
  const Workplace place;
  const auto result = run_program({"demo", "--max-frames", "100", "--out", place / "run"}, place);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto report = read_json(place / "run/report.json");
  for (const auto& slot : report.at("slots")) {
    EXPECT_EQ(slot["frames"], 100);
    EXPECT_GE(slot["accuracy"]["recall50"].get<double>(), 0.95) << slot["name"];
    EXPECT_GE(slot["accuracy"]["precision50"].get<double>(), 0.95) << slot["name"];
  }
  EXPECT_EQ(report["pairs"]["pairs"], 100);
}

TEST(List, NamesWhatIsThereAndWhy) {
  const Workplace place;
  const auto text = run_program({"list"}, place);
  EXPECT_EQ(text.exit_code, 0);
  for (const auto* name :
       {"reference", "yolo-e2e", "nanodet", "image_dir", "markdown", "scene-rgb"})
    EXPECT_THAT(text.out, HasSubstr(name));
  const auto json = run_program({"list", "--format", "json"}, place);
  const auto document = nlohmann::json::parse(json.out);
  for (const auto& backend : document.at("backends"))
    EXPECT_TRUE(backend.contains(backend.at("available") ? "state" : "reason"));
}

}  // namespace
}  // namespace jetmeter
