// The program's bench with one reference model and a small load.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/program.h"
#include "support/reference_model.h"

namespace jetmeter {

class Bench : public testing::Test {
 protected:
  // Short, and without the forecast's own run.
  nlohmann::json run(const std::string& model, const std::vector<std::string>& extra) {
    std::vector<std::string> words{"bench",         place_.write("model.ref", model),
                                   "--min-time",    "0s",
                                   "--min-count",   "40",
                                   "--warmup",      "3",
                                   "--warmup-time", "0s",
                                   "--preflight",   "off",
                                   "--out",         place_ / "run"};
    words.insert(words.end(), extra.begin(), extra.end());
    result_ = run_program(words, place_);
    const auto report = place_.path() / "run/report.json";
    return std::filesystem::exists(report) ? read_json(report) : nlohmann::json();
  }
  std::vector<nlohmann::json> frames() const {
    return read_json_lines(place_ / "run/frames.jsonl");
  }

  Workplace place_;
  ProgramResult result_;
};

}  // namespace jetmeter
