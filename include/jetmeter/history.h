// Every run of this machine, or of a laboratory, in one database: SQLite in a file, or PostgreSQL
// behind a URL, with one schema. A Store is used by one thread; any number of processes may write
// to one database at once. The run directory is the truth: a store that cannot be written costs a
// sentence, never the run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/record.h"

namespace jetmeter {

// "postgresql://…" or "postgres://…" is a server; anything else the path of an SQLite file.
struct HistoryPlace {
  std::string where;
  bool is_server() const;
};
// $XDG_DATA_HOME/jetmeter/history.db, else $HOME/.local/share/…; absent when neither is set.
std::optional<std::filesystem::path> default_history(std::string_view xdg_data_home,
                                                     std::string_view home);

// `text` with the password of every PostgreSQL URL in it as "***", for messages and records.
std::string without_password(std::string_view text);

// One slot of one run: what lists, filters and trends are made of. A run without a slot has one
// row, whose slot is empty.
struct HistoryRow {
  std::int64_t id = 0;  // of the run, in this store
  std::string run_id;   // of the record
  std::string host;     // name of the machine that wrote it
  WallTime started{};
  std::string subcommand;  // "detect", "bench"
  std::string verdict;     // of the run
  std::string slot, status;
  std::string model, model_sha256;  // file name without its folder
  std::string backend, backend_version, device, precision;
  std::string scenario;  // of a bench: "single", "rate"; empty: none, or a run from before schema 2
  // Under what it was measured; empty: not known, no bench, or a run from before schema 3.
  std::string threads, streams, rate, batch;  // as numbers are typed; threads "0": not limited
  std::string shapes;                         // of the inputs as they ran: "images=1x3x640x640"
  std::string conditions;  // what else has to be equal in a comparison: "when-busy=drop"
  std::string board, power_mode, tool_version;  // board: module, else model, else the CPU
  std::int64_t frames = 0;
};

// A metric by its name in the record: "latency_ms.p50", "throughput_fps", "memory.peak_bytes",
// "energy.joules_per_frame", "accuracy.map50", "stages_ms.infer.p50", "load.found_per_second"; of a
// list, with the name of its item: "ladder.copies.added_ms", "statistics.quantiles.p50.low_ms".
struct HistoryMetric {
  std::string name;
  double value = 0;
};

// What to look for; empty fields do not limit. Texts match whole, or with * as a wildcard.
struct HistoryFilter {
  std::string model, backend, precision, scenario, board, power_mode, slot, subcommand, host,
      verdict;
  std::string threads, streams, rate, batch, shapes;
  std::optional<WallTime> since, until;
  std::int64_t limit = 0;  // so many rows, the newest; 0: all
};

struct HistoryValue {
  HistoryRow row;
  double value = 0;
};

class HistoryStore {
 public:
  virtual ~HistoryStore() = default;
  // The whole record, its slots and their metrics, in one transaction. A run that is there already
  // (same id, start and host) is replaced. Returns the id of the run.
  virtual Result<std::int64_t> add(const Record&, std::string_view host) = 0;
  virtual Result<std::vector<HistoryRow>> rows(const HistoryFilter&) = 0;
  // Newest first, like rows(); slots without the metric are left out.
  virtual Result<std::vector<HistoryValue>> metric(std::string_view name, const HistoryFilter&) = 0;
  virtual Result<std::vector<std::string>> metric_names() = 0;
  // The record as it was stored, by the run's id in the store or in the record (a prefix that only
  // one run has will do).
  virtual Result<std::string> record_json(std::string_view id) = 0;
  virtual Result<void> remove(std::string_view id) = 0;
  virtual int schema_version() const = 0;
};

struct HistoryOptions {
  Nanoseconds busy_timeout = std::chrono::seconds(10);  // how long another writer is waited for
  bool create = true;                                   // false: a store that is not there fails
  bool write = true;  // false: one that this user may only read will do
};
// Opens, creates, and migrates to this program's schema. A store of a newer schema, a file that is
// no database, and one that is damaged are refused in one sentence each, and left as they are.
Result<std::unique_ptr<HistoryStore>> open_history(const HistoryPlace&, const HistoryOptions& = {});

inline constexpr int kHistorySchema = 3;

// The metrics of one slot of a record, by name. Pure.
std::vector<HistoryMetric> metrics_of(const SlotRecord&);

}  // namespace jetmeter
