// What happens beside a run is in its report, tied to the frames that it touched.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/program.h"
#include "support/reference_model.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

// Takes every core, from children of its own, until it goes out of scope.
class Burner {
 public:
  Burner() {
    const auto cores = std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN));
    for (long i = 0; i < cores; ++i) {
      const auto pid = ::fork();
      if (pid == 0) {
        ::alarm(120);
        for (volatile unsigned long turns = 0;;) turns = turns + 1;
      }
      if (pid > 0) children_.push_back(pid);
    }
  }
  ~Burner() {
    for (const auto pid : children_) ::kill(pid, SIGKILL);
    for (const auto pid : children_) ::waitpid(pid, nullptr, 0);
  }
  Burner(const Burner&) = delete;
  Burner& operator=(const Burner&) = delete;

 private:
  std::vector<pid_t> children_;
};

nlohmann::json with_code(const nlohmann::json& list, const std::string& code) {
  for (const auto& entry : list)
    if (entry.at("code") == code) return entry;
  return nullptr;
}

TEST(Disturbed, AnotherProgramOnTheCoresIsToldWithTheFramesThatItTouched) {
  const Workplace place;
  const auto model = place.write("model.ref", ReferenceModel{.delay_ms = 20}.text());
  const Burner burner;
  const auto result =
      run_program({"detect", "--model0", model, "--source", "synthetic", "--max-frames", "150",
                   "--metrics-interval", "100ms", "--out", place / "run"},
                  place);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto report = read_json(place / "run/report.json");
  const auto& run = report.at("run");
  const auto disturbance = with_code(run.at("disturbances"), "other_cpu_load");
  ASSERT_FALSE(disturbance.is_null()) << run.dump(2);
  EXPECT_GT(disturbance.at("frames_touched"), 0);
  EXPECT_EQ(disturbance.at("frames"), 150);
  EXPECT_GT(disturbance.at("seconds"), 0.4);
  EXPECT_EQ(disturbance.at("slot"), "rgb");
  const auto warning = with_code(run.at("warnings"), "other_cpu_load");
  ASSERT_FALSE(warning.is_null());
  EXPECT_THAT(warning.at("message").get<std::string>(), HasSubstr("other programs took"));
  EXPECT_THAT(result.out, HasSubstr("Disturbances"));
  EXPECT_THAT(slurp(place / "run/report.md"), HasSubstr("| rgb | other_cpu_load |"));
}

// Three seconds warm nothing, and where there is no sensor nobody knows.
TEST(ThermalState, OfAShortRunIsNotSustained) {
  const Workplace place;
  const auto model = place.write("model.ref", ReferenceModel{}.text());
  const auto result = run_program({"detect", "--model0", model, "--source", "synthetic",
                                   "--max-frames", "30", "--out", place / "run"},
                                  place);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto thermal = read_json(place / "run/report.json").at("slots").at(0).at("thermal");
  EXPECT_NE(thermal.at("verdict"), "sustained");
  EXPECT_TRUE(thermal.at("ratio").is_null());
  EXPECT_THAT(result.out, HasSubstr("Thermal state"));
}

}  // namespace
}  // namespace jetmeter
