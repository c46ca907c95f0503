// The processes that hold most memory, with what can be told of each.
#pragma once

#include "monitor/view.h"

namespace jetmeter {

class ProcessTable {
 public:
  // Without a GPU nothing is said of GPU memory.
  ProcessTable(Host host, bool has_gpu) : host_(std::move(host)), has_gpu_(has_gpu) {}

  // Fills `processes` and `process_note`. Reads at most every other second of the view's time,
  // since the kernel walks over all pages of a process to tell its PSS.
  void show(MonitorView&);

 private:
  void read();

  Host host_;
  bool has_gpu_;
  std::optional<Nanoseconds> read_at_;
  std::vector<MonitorProcess> processes_;
  std::string note_;
};

}  // namespace jetmeter
