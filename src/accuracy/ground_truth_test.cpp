#include <gmock/gmock.h>

#include "jetmeter/accuracy.h"
#include "support/real_data.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<std::string> kLabels{"person", "Car", "dog"};

std::string yolo_error(std::string_view text) {
  const TempDir dir;
  dir.write("bus.txt", text);
  const auto truth = read_ground_truth(dir.path(), kLabels);
  return truth ? "(none)" : truth.error().what;
}

TEST(YoloLabels, AreBoxesInFractions) {
  const TempDir dir;
  dir.write("bus.txt", "2 0.5 0.5 0.2 0.4\r\n\n0 0.25 0.75 0.5 0.5");
  dir.write("empty.txt", "");
  dir.write("classes.txt", "person\ncar\n");
  dir.write("notes.md", "not a label");
  const auto truth = read_ground_truth(dir.path(), {});
  ASSERT_TRUE(truth) << truth.error().what;
  EXPECT_EQ(truth->format, "yolo");
  ASSERT_EQ(truth->images.size(), 2U);
  EXPECT_TRUE(truth->images.at("empty").objects.empty());
  const auto objects = truth->images.at("bus").in_pixels(200, 100);
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_EQ(objects[0].class_id, 2);
  EXPECT_FLOAT_EQ(objects[0].box.x1, 80);
  EXPECT_FLOAT_EQ(objects[0].box.y1, 30);
  EXPECT_FLOAT_EQ(objects[0].box.x2, 120);
  EXPECT_FLOAT_EQ(objects[0].box.y2, 70);
  EXPECT_FLOAT_EQ(objects[1].box.x1, 0);
  EXPECT_FLOAT_EQ(objects[1].box.y2, 100);
}

TEST(YoloLabels, PolygonBecomesTheBoxAroundIt) {
  const TempDir dir;
  dir.write("a.txt", "1 0.5 0.1 0.9 0.5 0.5 0.9 0.1 0.5\n");
  const auto truth = read_ground_truth(dir.path(), {});
  ASSERT_TRUE(truth) << truth.error().what;
  const auto objects = truth->images.at("a").in_pixels(100, 100);
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_FLOAT_EQ(objects[0].box.x1, 10);
  EXPECT_FLOAT_EQ(objects[0].box.x2, 90);
  EXPECT_FLOAT_EQ(objects[0].box.y1, 10);
  EXPECT_FLOAT_EQ(objects[0].box.y2, 90);
}

TEST(YoloLabels, AreFoundInAFolderCalledLabels) {
  const TempDir dir;
  std::filesystem::create_directory(dir.path() / "labels");
  dir.write("labels/a.txt", "0 0.5 0.5 0.1 0.1");
  dir.write("readme.txt", "this is no label file");
  const auto truth = read_ground_truth(dir.path(), {});
  ASSERT_TRUE(truth) << truth.error().what;
  EXPECT_EQ(truth->images.size(), 1U);
}

TEST(YoloLabels, MalformedLineIsNamed) {
  const auto error = yolo_error("0 0.5 0.5 0.2 0.2\n0 0.5 half 0.2 0.2\n");
  EXPECT_THAT(error, HasSubstr("bus.txt"));
  EXPECT_THAT(error, HasSubstr("line 2"));
  EXPECT_THAT(error, HasSubstr("'half' is not a number"));
  EXPECT_THAT(yolo_error("0 0.5 0.5 0.2"), HasSubstr("4 numbers"));
  EXPECT_THAT(yolo_error("0 0.5 0.5 0.2 0.2 0.9"), HasSubstr("6 numbers"));
  EXPECT_THAT(yolo_error("0 320 240 50 50"), HasSubstr("fractions"));
  EXPECT_THAT(yolo_error("0.5 0.5 0.5 0.1 0.1"), HasSubstr("class 0.5"));
  EXPECT_THAT(yolo_error("-1 0.5 0.5 0.1 0.1"), HasSubstr("class -1"));
  EXPECT_THAT(yolo_error("7 0.5 0.5 0.1 0.1"), HasSubstr("beyond the 3 labels"));
  EXPECT_THAT(yolo_error("0 nan 0.5 0.1 0.1"), HasSubstr("'nan'"));
}

TEST(YoloLabels, DirectoryWithoutAnyNamesItsFolders) {
  const TempDir dir;
  std::filesystem::create_directories(dir.path() / "labels/train");
  std::filesystem::create_directories(dir.path() / "labels/val");
  const auto truth = read_ground_truth(dir.path(), {});
  ASSERT_FALSE(truth);
  EXPECT_THAT(truth.error().what, HasSubstr("train, val"));
}

constexpr std::string_view kCoco = R"({
  "images": [{"id": 7, "file_name": "val/street.jpg", "width": 640, "height": 480},
             {"id": 9, "file_name": "quiet.jpg"}],
  "categories": [{"id": 18, "name": "dog"}, {"id": 3, "name": "car"}, {"id": 44, "name": "bottle"}],
  "annotations": [
    {"image_id": 7, "category_id": 18, "bbox": [10, 20.5, 30, 40], "iscrowd": 0},
    {"image_id": 7, "category_id": 3, "bbox": [0, 0, 5, 5], "iscrowd": 1, "segmentation": {}},
    {"image_id": 7, "category_id": 44, "bbox": [1, 1, 2, 2]}]})";

TEST(CocoJson, CategoriesGoByNameWhateverTheirCase) {
  const TempDir dir;
  const auto truth = read_ground_truth(dir.write("instances.json", kCoco), kLabels);
  ASSERT_TRUE(truth) << truth.error().what;
  EXPECT_EQ(truth->format, "coco");
  EXPECT_THAT(truth->labels, ElementsAre("person", "Car", "dog"));
  EXPECT_THAT(truth->left_out, ElementsAre("bottle"));
  const auto* street = truth->find("street.jpg");
  ASSERT_NE(street, nullptr);
  const auto objects = street->in_pixels(1, 1);  // in pixels already
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_EQ(objects[0].class_id, 2);
  EXPECT_FALSE(objects[0].crowd);
  EXPECT_FLOAT_EQ(objects[0].box.y1, 20.5F);
  EXPECT_FLOAT_EQ(objects[0].box.x2, 40);
  EXPECT_FLOAT_EQ(objects[0].box.y2, 60.5F);
  EXPECT_EQ(objects[1].class_id, 1);
  EXPECT_TRUE(objects[1].crowd);
  ASSERT_NE(truth->find("quiet"), nullptr) << "an image without objects is known to be empty";
}

TEST(CocoJson, WithoutLabelsCategoriesAreNumberedByTheirIds) {
  const TempDir dir;
  const auto truth = read_ground_truth(dir.write("instances.json", kCoco), {});
  ASSERT_TRUE(truth) << truth.error().what;
  EXPECT_THAT(truth->labels, ElementsAre("car", "dog", "bottle"));
  EXPECT_EQ(truth->find("street")->objects[0].class_id, 1);
  EXPECT_TRUE(truth->left_out.empty());
}

std::string coco_error(std::string_view text, std::vector<std::string> labels = {}) {
  const TempDir dir;
  const auto truth = read_ground_truth(dir.write("bad.json", text), labels);
  return truth ? "(none)" : truth.error().what;
}

TEST(CocoJson, SaysWhyItCannotBeUsed) {
  EXPECT_THAT(coco_error("{"), HasSubstr("bad.json' cannot be used as COCO ground truth"));
  EXPECT_THAT(coco_error("[]"), HasSubstr("cannot be used"));
  EXPECT_THAT(coco_error(R"({"images": []})"), HasSubstr("categories"));
  EXPECT_THAT(coco_error(kCoco, {"cat", "sheep"}), HasSubstr("none of its 3 categories"));
  EXPECT_THAT(coco_error(R"({"images": [], "categories": [{"id": 1, "name": "a"}],
      "annotations": [{"image_id": 5, "category_id": 1, "bbox": [0, 0, 1, 1]}]})"),
              HasSubstr("the image 5"));
  EXPECT_THAT(coco_error(R"({"images": [{"id": 5, "file_name": "x.jpg"}],
      "categories": [{"id": 1, "name": "a"}],
      "annotations": [{"image_id": 5, "category_id": 2, "bbox": [0, 0, 1, 1]}]})"),
              HasSubstr("the category 2"));
  EXPECT_THAT(coco_error(R"({"images": [{"id": 1, "file_name": "a/x.jpg"},
      {"id": 2, "file_name": "b/x.png"}], "categories": [{"id": 1, "name": "a"}],
      "annotations": []})"),
              HasSubstr("two of its images are called 'x'"));
}

TEST(GroundTruthFind, IgnoresDirectoryAndExtension) {
  GroundTruth truth;
  truth.images["bus"];
  truth.images["cam.front.0001"];
  EXPECT_NE(truth.find("bus"), nullptr);
  EXPECT_NE(truth.find("bus.jpg"), nullptr);
  EXPECT_NE(truth.find("some/where/bus.png"), nullptr);
  EXPECT_NE(truth.find("cam.front.0001.jpg"), nullptr);
  EXPECT_NE(truth.find("cam.front.0001"), nullptr);
  EXPECT_EQ(truth.find("car.jpg"), nullptr);
}

TEST(ReadGroundTruth, NamesWhatIsNotThereOrOfNoKnownKind) {
  const TempDir dir;
  EXPECT_THAT(read_ground_truth(dir.path() / "nothing", {}).error().what,
              HasSubstr("there is no ground truth at"));
  EXPECT_THAT(read_ground_truth(dir.write("truth.xml", "<a/>"), {}).error().what,
              HasSubstr("is no ground truth"));
}

TEST(ReadGroundTruth, ReadsTheLabelsOfRealPhotos) {
  const auto photos = real_data("images/voc50");
  JM_SKIP_WITHOUT(photos);
  const auto truth = read_ground_truth(photos, {});
  ASSERT_TRUE(truth) << truth.error().what;
  EXPECT_EQ(truth->images.size(), 50U);
  std::vector<ImageResult> images;
  for (const auto& [id, image] : truth->images) {
    ImageResult result{{}, image.in_pixels(500, 375)};
    for (const auto& object : result.truth)
      result.detections.push_back({object.box, 0.9F, object.class_id});
    images.push_back(std::move(result));
  }
  const auto accuracy = evaluate(images, {});
  EXPECT_EQ(accuracy.classes.size(), 19U);
  EXPECT_EQ(accuracy.map50_95, 1.0);
}

}  // namespace
}  // namespace jetmeter
