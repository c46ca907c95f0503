// Views that tests look at.
#pragma once

#include <cmath>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "jetmeter/sampler.h"
#include "monitor/readings.h"
#include "monitor/view.h"
#include "support/board_copy.h"

namespace jetmeter {

// The values as they are, but for a load of the GPU that swung until now.
inline std::vector<std::optional<double>> at_second(int second, std::span<const Channel> channels,
                                                    std::span<const std::optional<double>> now) {
  std::vector<std::optional<double>> values(now.begin(), now.end());
  for (std::size_t i = 0; i < channels.size(); ++i)
    if (channels[i].name == "load.gpu" && second < 120)
      values[i] = 50 + 50 * std::sin(second / 15.0);
  return values;
}

// The view of a board of tests/boards at noon, with two minutes of a GPU load that swings.
inline MonitorView view_of_board(std::string_view board) {
  const BoardCopy copy(board);
  const auto host = copy.host();
  Readings readings;
  MonitorView view;
  std::vector<std::unique_ptr<Source>> open;
  std::vector<const SourceKind*> kinds;
  for (const auto* kind : source_kinds()) {
    // A program, which need not be quick; and powers by the clock of the test's machine.
    if (kind->name == "tegrastats" || kind->name == "rapl") continue;
    auto source = kind->open(host);
    if (source) {
      kinds.push_back(kind);
      open.push_back(std::move(*source));
    } else {
      view.missing.push_back({std::string(kind->name), "not in this test"});
    }
  }
  std::vector<std::optional<double>> values(1000);
  for (auto& source : open) source->read(std::span(values).first(source->channels().size()));
  copy.one_second_later();
  std::vector<std::vector<std::optional<double>>> latest;
  for (auto& source : open) {
    latest.emplace_back(source->channels().size());
    source->read(latest.back());
  }
  for (int second = 0; second <= 120; ++second)
    for (std::size_t s = 0; s < open.size(); ++s)
      readings.take(std::chrono::seconds(second), kinds[s]->name, open[s]->channels(),
                    at_second(second, open[s]->channels(), latest[s]));
  const auto missing = view.missing;
  readings.show(view);
  view.missing = missing;
  view.time =
      WallTime(std::chrono::sys_days(std::chrono::year(2026) / 1 / 31)) + std::chrono::hours(12);
  view.interval = std::chrono::seconds(1);
  view.machine = identify_machine(host);
  view.ledger = read_ledger(host, view.machine->memory_architecture);
  view.processes = {{812, "python3", 1288490189, 1395864371, 641728512},
                    {1290, "gnome-shell", 199229440, 251658240, {}},
                    {77, "systemd-journal", {}, 31457280, {}}};
  view.process_note = "PSS of other users' processes needs root";
  return view;
}

}  // namespace jetmeter
