#include "cli/history_request.h"

#include <gtest/gtest.h>

#include "cli/history_option.h"
#include "cli/history_tables.h"

namespace jetmeter {
namespace {

const WallTime kNow(std::chrono::sys_days(std::chrono::year(2026) / 2 / 10) +
                    std::chrono::hours(12));

std::string moment(const std::string& text) {
  const auto parsed = parse_moment(text, kNow);
  return parsed ? format_utc(*parsed).substr(0, 19) : "none";
}

TEST(ParseMoment, TakesDaysTimesAndDistances) {
  EXPECT_EQ(moment("7d"), "2026-02-03T12:00:00");
  EXPECT_EQ(moment("12h"), "2026-02-10T00:00:00");
  EXPECT_EQ(moment("2w"), "2026-01-27T12:00:00");
  EXPECT_EQ(moment("30min"), "2026-02-10T11:30:00");
  EXPECT_EQ(moment("2026-01-31"), "2026-01-31T00:00:00");
  EXPECT_EQ(moment("2026-01-31T08:15Z"), "2026-01-31T08:15:00");
  EXPECT_EQ(moment("2026-01-31T08:15:59Z"), "2026-01-31T08:15:59");
}

TEST(ParseMoment, RefusesTheRest) {
  for (const auto* text :
       {"", "7", "d", "-7d", "7y", "7dd", "99999999999d", "2026-02-30", "2026-1-31", "20260131",
        "2026-01-31T", "2026-01-31T25:00Z", "2026-01-31T08:60Z", "2026-01-31T-1:00Z",
        "2026-01-31T08:15", "2026-01-31T08:15:5Z", "yesterday"})
    EXPECT_EQ(moment(text), "none") << text;
}

TEST(HistoryFilterOf, ADayAsAnEndIsWhole) {
  HistoryRequest request;
  request.until = "2026-01-31";
  EXPECT_EQ(format_utc(*history_filter(request, kNow)->until), "2026-01-31T23:59:59.999999Z");
  request.since = "2026-02-01";
  EXPECT_EQ(history_filter(request, kNow).error().what,
            "--since is later than --until: no run can be found");
}

TEST(ChosenHistory, TheTypedOneWins) {
  EXPECT_EQ(chosen_history("a.db", "b.db", "", "/home/x")->where, "a.db");
  EXPECT_EQ(chosen_history("", "b.db", "", "/home/x")->where, "b.db");
  EXPECT_EQ(chosen_history("", "", "/data", "/home/x")->where, "/data/jetmeter/history.db");
  EXPECT_FALSE(chosen_history("none", "b.db", "", "/home/x"));
  EXPECT_FALSE(chosen_history("", "none", "", "/home/x"));
  EXPECT_EQ(chosen_history("a.db", "none", "", "/home/x")->where, "a.db");
  EXPECT_FALSE(chosen_history("", "", "", ""));
}

HistoryEntry entry() {
  HistoryEntry entry;
  entry.row.id = 7;
  entry.row.run_id = "r,1";
  entry.row.started = kNow;
  entry.row.host = "a\"b";
  entry.row.slot = "rgb";
  entry.row.model = "größe.onnx";
  entry.row.frames = 3;
  entry.metrics = {{"latency_ms.p50", 15.5}};
  return entry;
}

TEST(HistoryTable, ColumnsWithoutAValueAreLeftOut) {
  auto other = entry();
  other.row.model = "m\n.onnx";
  other.metrics.clear();
  EXPECT_EQ(history_table(std::vector{entry(), other}, {"latency_ms.p50"}),
            "run  started (UTC)        host  slot  model       latency_ms.p50\n"
            "  7  2026-02-10 12:00:00  a\"b   rgb   größe.onnx         15.5 ms\n"
            "  7  2026-02-10 12:00:00  a\"b   rgb   m .onnx                  -\n");
  EXPECT_EQ(history_table({}, {}), "no run matches\n");
}

TEST(HistoryCsv, AnAbsentValueIsAnEmptyCell) {
  EXPECT_EQ(history_csv(std::vector{entry()}, {"latency_ms.p50", "throughput_fps"}),
            "run,run_id,started,host,subcommand,verdict,slot,status,model,model_sha256,backend,"
            "backend_version,device,precision,scenario,threads,streams,rate,batch,shapes,"
            "conditions,board,power_mode,"
            "tool_version,frames,latency_ms.p50,"
            "throughput_fps\n"
            "7,\"r,1\",2026-02-10T12:00:00.000000Z,\"a\"\"b\",,,rgb,,größe.onnx,,,,,,,,,,,,,,,,3,"
            "15.5,\n");
}

TEST(HistoryJson, AnEmptyTextIsNull) {
  const auto line = history_json_lines(std::vector{entry()});
  EXPECT_NE(line.find("\"backend\":null"), line.npos);
  EXPECT_NE(line.find("\"metrics\":{\"latency_ms.p50\":15.5}"), line.npos);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(history_json({}), "{\n  \"rows\": []\n}\n");
}

}  // namespace
}  // namespace jetmeter
