// A run of the real program as a benchmark sees it: the record that it wrote.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace jetmeter {

// `arguments` behind the program's name, quoted for a shell; --out, -q and no history are added.
inline nlohmann::json record_of(const std::string& arguments) {
  const auto out = std::filesystem::temp_directory_path() / "jetmeter-bench";
  std::filesystem::remove_all(out);
  const auto command = fmt::format("JETMETER_HISTORY=none '{}' {} --out '{}' -q >/dev/null",
                                   JM_PROGRAM, arguments, out.string());
  if (std::system(command.c_str()) != 0)
    throw std::runtime_error("this failed: jetmeter " + arguments);
  std::ifstream report(out / "report.json");
  auto record = nlohmann::json::parse(report);
  std::filesystem::remove_all(out);
  return record;
}

inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  const auto half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// The folder of real models and videos.
inline std::filesystem::path data_folder() {
  const char* given = std::getenv("JETMETER_DATA");
  return given ? given : JM_DEFAULT_DATA;
}

}  // namespace jetmeter
