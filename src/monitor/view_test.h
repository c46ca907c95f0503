// Views that tests look at.
#pragma once

#include <cmath>
#include <string_view>

#include "jetmeter/sampler.h"
#include "monitor/readings.h"
#include "monitor/view.h"

namespace jetmeter {

// The view of a board of tests/boards at noon, with two minutes of a GPU load that swings.
inline MonitorView view_of_board(std::string_view board) {
  const Host host{std::filesystem::path(JM_TESTS_DIR) / "boards" / board};
  Readings readings;
  MonitorView view;
  for (const auto* kind : source_kinds()) {
    auto source = kind->open(host);
    if (!source) continue;
    const auto channels = (*source)->channels();
    std::vector<std::optional<double>> values(channels.size());
    for (int second = 0; second <= 120; ++second) {
      (*source)->read(values);
      for (std::size_t i = 0; i < channels.size(); ++i)
        if (channels[i].name == "load.gpu" && second < 120)
          values[i] = 50 + 50 * std::sin(second / 15.0);
      readings.take(std::chrono::seconds(second), kind->name, channels, values);
    }
  }
  readings.show(view);
  for (const auto* kind : source_kinds())
    if (const auto source = kind->open(host); !source)
      view.missing.push_back({std::string(kind->name), "not in this test"});
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
