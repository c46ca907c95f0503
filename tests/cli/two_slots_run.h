// The program's detect with two slots of reference models, the first of which is what a test makes
// of it.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/program.h"
#include "support/reference_model.h"

namespace jetmeter {

class TwoSlotsRun : public testing::Test {
 protected:
  nlohmann::json run(int rgb_megabytes, const std::vector<std::string>& extra,
                     ReferenceModel rgb = {}) {
    rgb.allocate_mb = rgb_megabytes;
    std::vector<std::string> words{"detect",
                                   "--model0",
                                   place_.write("rgb.ref", rgb.text()),
                                   "--model1",
                                   place_.write("thermal.ref", ReferenceModel{}.text()),
                                   "--rgb-source",
                                   "synthetic=rgb",
                                   "--thermal-source",
                                   "synthetic=thermal",
                                   "--max-frames",
                                   "40",
                                   "--metrics-interval",
                                   "20ms",
                                   "--solo-frames",
                                   "0",
                                   "--out",
                                   place_ / "run"};
    words.insert(words.end(), extra.begin(), extra.end());
    result_ = run_program(words, place_);
    const auto report = place_.path() / "run/report.json";
    return std::filesystem::exists(report) ? read_json(report) : nlohmann::json();
  }

  Workplace place_;
  ProgramResult result_;
};

}  // namespace jetmeter
