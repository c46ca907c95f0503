#include <gmock/gmock.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "jetmeter/sweep.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

SweepRow row(std::string id, SweepValues values, double p50) {
  SweepRow row;
  row.step = {std::move(id), "d", std::move(values), 1};
  row.status = "completed";
  row.latency_p50_ms = p50;
  return row;
}

std::vector<SweepRow> sample() {
  std::vector<SweepRow> rows{
      row("001", {{"", "yolov8n.onnx"}, {"threads", "1"}, {"backend", "onnxruntime"}}, 12.3456),
      row("002", {{"", "yolov8n.onnx"}, {"threads", "2"}, {"backend", "onnxruntime"}}, 7.5),
      row("003", {{"", "yolov8n.onnx"}, {"threads", "4"}, {"backend", "onnxruntime"}}, 0)};
  rows[0].ranges = {{SweepMetric::latency_p50, {12, 12.5}}, {SweepMetric::latency_p99, {18, 22}}};
  rows[1].ranges = {{SweepMetric::latency_p50, {7.4, 7.6}}, {SweepMetric::latency_p99, {28, 33}}};
  rows[0].latency_p99_ms = 20;
  rows[0].peak_bytes = std::uint64_t{100} << 20;
  rows[1].latency_p99_ms = 30;
  rows[1].throughput_fps = 133.3;
  rows[1].peak_bytes = std::uint64_t{2} << 30;
  rows[2].latency_p50_ms.reset();
  rows[2].status = "failed";
  rows[2].reason = "out | of memory";
  return rows;
}

TEST(RenderSweep, TextIsAlignedAndLeavesOutWhatIsTheSame) {
  EXPECT_EQ(
      render_sweep(sample(), SweepFormat::text),
      "  threads  p50 ms   p99 ms   fps  memory peak   status     reason\n"
      "        1   12.35     20.0*    -      100 MiB*  completed  -\n"
      "        2    7.50*    30.0   133     2.00 GiB   completed  -\n"
      "        4       -        -     -            -   failed     out | of memory\n"
      "\n"
      "The same in all rows: model yolov8n.onnx, backend onnxruntime. * the best of its column.\n");
}

TEST(RenderSweep, RanksBestFirstAndWhatHasNoNumberLast) {
  const auto first_of = [](SweepMetric metric) {
    const auto json =
        nlohmann::json::parse(render_sweep(sample(), SweepFormat::json, {.rank = metric}));
    std::string order;
    for (const auto& row : json["rows"]) order += row["id"].get<std::string>().back();
    return order;
  };
  EXPECT_EQ(first_of(SweepMetric::latency_p50), "213");
  EXPECT_EQ(first_of(SweepMetric::latency_p99), "123");
  EXPECT_EQ(first_of(SweepMetric::throughput), "213");
  EXPECT_EQ(first_of(SweepMetric::memory_peak), "123");
  EXPECT_EQ(first_of(SweepMetric::energy), "123") << "nobody has it: as given, failures last";
}

TEST(RenderSweep, AFailedStepIsNeverTheBest) {
  auto rows = sample();
  rows[2].latency_p50_ms = 0.001;
  const auto json = nlohmann::json::parse(
      render_sweep(rows, SweepFormat::json, {.rank = SweepMetric::latency_p50}));
  EXPECT_EQ(json["rows"][0]["id"], "002");
  EXPECT_EQ(json["rows"][0]["best"], nlohmann::json({"latency_p50_ms"}));
  EXPECT_EQ(json["rows"][2]["latency_p50_ms"], 0.001) << "what it measured is shown";
  EXPECT_TRUE(json["rows"][2]["best"].empty());
}

TEST(RenderSweep, NumbersThatAreNoneAreAbsent) {
  auto rows = sample();
  rows[0].latency_p50_ms = std::numeric_limits<double>::quiet_NaN();
  rows[1].latency_p50_ms = std::numeric_limits<double>::infinity();
  const auto json = nlohmann::json::parse(
      render_sweep(rows, SweepFormat::json, {.rank = SweepMetric::latency_p50}));
  EXPECT_TRUE(json["rows"][0]["latency_p50_ms"].is_null());
  EXPECT_TRUE(json["rows"][1]["latency_p50_ms"].is_null());
  EXPECT_THAT(render_sweep(rows, SweepFormat::text), Not(HasSubstr("nan")));
}

TEST(RenderSweep, Markdown) {
  EXPECT_EQ(
      render_sweep(sample(), SweepFormat::markdown),
      "| threads | p50 ms | p99 ms | fps | memory peak | status | reason |\n"
      "|---:|---:|---:|---:|---:|---|---|\n"
      "| 1 | 12.35 | **20.0** | - | **100 MiB** | completed | - |\n"
      "| 2 | **7.50** | 30.0 | 133 | 2.00 GiB | completed | - |\n"
      "| 4 | - | - | - | - | failed | out \\| of memory |\n"
      "\n"
      "The same in all rows: model yolov8n.onnx, backend onnxruntime. **Bold**: the best of its "
      "column.\n");
}

TEST(RenderSweep, CsvHasEveryColumnAndEveryDigit) {
  EXPECT_EQ(render_sweep(sample(), SweepFormat::csv),
            "id,model,threads,backend,repeat,latency_p50_ms,latency_p99_ms,throughput_fps,"
            "memory_peak_bytes,energy_joules_per_frame,status,reason,best\n"
            "001,yolov8n.onnx,1,onnxruntime,1,12.3456,20,,104857600,,completed,,"
            "latency_p99_ms memory_peak_bytes\n"
            "002,yolov8n.onnx,2,onnxruntime,1,7.5,30,133.3,2147483648,,completed,,"
            "latency_p50_ms\n"
            "003,yolov8n.onnx,4,onnxruntime,1,,,,,,failed,out | of memory,\n");
}

TEST(RenderSweep, CsvQuotesWhatNeedsIt) {
  auto one = row("001", {{"x", "a,\"b\"\n"}}, 1);
  EXPECT_THAT(render_sweep(std::vector{one}, SweepFormat::csv),
              HasSubstr("001,\"a,\"\"b\"\"\n\","));
}

TEST(RenderSweep, JsonHasNullForTheAbsent) {
  const auto json = nlohmann::json::parse(
      render_sweep(sample(), SweepFormat::json, {.rank = SweepMetric::throughput}));
  EXPECT_EQ(json["schema"], "jetmeter.sweep_summary/1");
  EXPECT_EQ(json["rank"], "throughput_fps");
  const auto& best = json["rows"][0];
  EXPECT_EQ(best["values"]["threads"], "2");
  EXPECT_EQ(best["values"]["model"], "yolov8n.onnx");
  EXPECT_EQ(best["memory_peak_bytes"], 2147483648);
  EXPECT_TRUE(best["energy_joules_per_frame"].is_null());
  EXPECT_TRUE(best["reason"].is_null());
  EXPECT_TRUE(nlohmann::json::parse(render_sweep({}, SweepFormat::json))["rank"].is_null());
}

TEST(RenderSweep, ColoursOnlyWhenAskedFor) {
  EXPECT_THAT(render_sweep(sample(), SweepFormat::text), Not(HasSubstr("\x1b")));
  EXPECT_THAT(render_sweep(sample(), SweepFormat::text, {.color = true}), HasSubstr("\x1b[32m"));
  for (const auto format : {SweepFormat::markdown, SweepFormat::csv, SweepFormat::json})
    EXPECT_THAT(render_sweep(sample(), format, {.color = true}), Not(HasSubstr("\x1b")));
}

TEST(RenderSweep, OneRowKeepsItsColumns) {
  const auto text = render_sweep(std::vector{sample()[0]}, SweepFormat::text);
  EXPECT_THAT(text, HasSubstr("backend"));
  EXPECT_THAT(text, HasSubstr("12.3"));
  EXPECT_THAT(text, Not(HasSubstr("*"))) << "nothing to be better than";
  EXPECT_THAT(text, Not(HasSubstr("The same")));
}

TEST(RenderSweep, OfNothingIsNothingOrAnEmptyDocument) {
  EXPECT_EQ(render_sweep({}, SweepFormat::text), "");
  EXPECT_EQ(render_sweep({}, SweepFormat::markdown), "");
  EXPECT_THAT(render_sweep({}, SweepFormat::csv), testing::StartsWith("id,repeat,latency_p50_ms"));
  EXPECT_TRUE(nlohmann::json::parse(render_sweep({}, SweepFormat::json))["rows"].empty());
}

// Of two configurations, by the p50 of each repeat.
std::vector<SweepRow> repeated(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<SweepRow> rows;
  for (const auto& [model, values] : {std::pair{"a", a}, {"b", b}})
    for (std::size_t i = 0; i < values.size(); ++i) {
      rows.push_back(row(std::string(model) + std::to_string(i), {{"", model}}, values[i]));
      rows.back().step.repeat = static_cast<int>(i) + 1;
    }
  return rows;
}

TEST(RenderSweep, RepeatsAreOneRowOfMedians) {
  EXPECT_EQ(render_sweep(repeated({1, 1.2, 1.1}, {2, 2.5, 2.1}), SweepFormat::text),
            "  model  p50 ms   p50 from to\n"
            "  a        1.10*  1.000 to 1.200\n"
            "  b        2.10   2.000 to 2.500\n"
            "\n"
            "The same in all rows: runs 3, status completed. * the best of its column.\n");
}

TEST(RenderSweep, OnlyWhatIsToldApartIsTheBest) {
  const auto stars = [](const std::vector<SweepRow>& rows) {
    const auto text = render_sweep(rows, SweepFormat::text);
    return std::ranges::count(text.substr(0, text.find("\n\n")), '*');
  };
  EXPECT_EQ(stars(repeated({1, 1.2, 1.1}, {1.15, 1.3, 1.25})), 0) << "the ranges overlap";
  EXPECT_EQ(stars(repeated({1, 1.2}, {2, 2.5})), 0) << "two runs without intervals tell little";
  EXPECT_EQ(stars(repeated({5.102}, {5.103})), 0) << "nobody knows how far to believe these";
  auto known = repeated({5.102}, {5.103});
  known[0].ranges[SweepMetric::latency_p50] = {5.1, 5.104};
  known[1].ranges[SweepMetric::latency_p50] = {5.101, 5.105};
  EXPECT_EQ(stars(known), 0);
  known[1].ranges[SweepMetric::latency_p50] = {5.1035, 5.105};
  EXPECT_EQ(stars(known), 0);
  known[0].ranges[SweepMetric::latency_p50] = {5.1, 5.1025};
  EXPECT_EQ(stars(known), 1);
  auto third = row("c", {{"", "c"}}, 9);
  third.ranges[SweepMetric::latency_p50] = {8.5, 9.5};
  known[1].ranges[SweepMetric::latency_p50] = {5.101, 5.105};
  known.push_back(third);
  EXPECT_EQ(stars(known), 2);
  EXPECT_THAT(render_sweep(known, SweepFormat::text),
              HasSubstr("* the best of its column; several: not told apart."));
}

TEST(RenderSweep, TwoModelsTwiceOnOneAndTwoThreadsStandInLine) {
  std::vector<SweepRow> rows;
  for (const int repeat : {1, 2})
    for (const auto& [model, threads, p50] : {std::tuple{"a.ref", "1", 2.08},
                                              {"a.ref", "2", 12.5},
                                              {"long-name.ref", "1", 2.0},
                                              {"long-name.ref", "2", 101.25}}) {
      rows.push_back(row("x", {{"", model}, {"threads", threads}}, p50));
      rows.back().step.repeat = repeat;
      rows.back().ranges[SweepMetric::latency_p50] = {p50 - 0.12, p50 + 0.12};
    }
  EXPECT_EQ(render_sweep(rows, SweepFormat::text, {.rank = SweepMetric::latency_p50}),
            "  model          threads  p50 ms   p50 from to\n"
            "  long-name.ref        1    2.00*  1.880 to 2.120\n"
            "  a.ref                1    2.08*  1.960 to 2.200\n"
            "  a.ref                2   12.50   12.38 to 12.62\n"
            "  long-name.ref        2  101.25   101.1 to 101.4\n"
            "\n"
            "The same in all rows: runs 2, status completed. * the best of its column; several: "
            "not told apart.\n");
}

TEST(RenderSweep, TheSingleRunsStayInTheFiles) {
  auto rows = repeated({1, 1.2, 1.1}, {2, 2.5, 2.1});
  rows[4].status = "failed";
  rows[4].reason = "no memory";
  EXPECT_THAT(render_sweep(rows, SweepFormat::text), HasSubstr("1 of 3 runs failed: no memory"));
  const auto markdown = render_sweep(rows, SweepFormat::markdown);
  EXPECT_THAT(markdown, HasSubstr("\nThe single runs:\n\n| model | repeat | p50 ms |"));
  const auto json = nlohmann::json::parse(render_sweep(rows, SweepFormat::json));
  EXPECT_EQ(json["rows"].size(), 6U);
  ASSERT_EQ(json["configurations"].size(), 2U);
  const auto& first = json["configurations"][0];
  EXPECT_EQ(first["values"]["model"], "a");
  EXPECT_EQ(first["runs"], 3);
  EXPECT_EQ(first["latency_p50_ms"], 1.1);
  EXPECT_EQ(first["ranges"]["latency_p50_ms"], nlohmann::json({1.0, 1.2}));
  EXPECT_EQ(first["best"], nlohmann::json({"latency_p50_ms"}));
  EXPECT_EQ(json["rows"][1]["best"], nlohmann::json({"latency_p50_ms"}));
  EXPECT_EQ(json["configurations"][1]["runs"], 2);
  EXPECT_THAT(render_sweep(rows, SweepFormat::csv), HasSubstr("\na1,a,2,1.2,"));
}

TEST(RenderSweep, NamesModelsByTheirFilesWhereThatTellsThemApart) {
  const auto text = [](const char* a, const char* b) {
    std::vector<SweepRow> rows{row("001-r1", {{"", a}}, 1), row("002-r1", {{"", b}}, 2)};
    return render_sweep(rows, SweepFormat::text);
  };
  EXPECT_THAT(text("models/x/a.onnx", "models/x/b.onnx"), Not(HasSubstr("models/x")));
  EXPECT_THAT(text("one/a.onnx", "two/a.onnx"), HasSubstr("one/a.onnx"));
}

TEST(RenderSweep, SurvivesAnyText) {
  auto bad = row("\xff", {{"\n|", std::string("\x1b[31m\0\xff", 7)}}, 1);
  bad.reason = std::string(1000, 'x') + "\n";
  const std::vector rows{bad, row("002", {{"other", "é"}}, 2)};
  for (const auto format :
       {SweepFormat::text, SweepFormat::markdown, SweepFormat::csv, SweepFormat::json})
    EXPECT_FALSE(render_sweep(rows, format).empty());
  EXPECT_THAT(render_sweep(rows, SweepFormat::text), Not(HasSubstr("\x1b")));
  EXPECT_THAT(render_sweep(rows, SweepFormat::text), HasSubstr("…"));
  EXPECT_TRUE(nlohmann::json::accept(render_sweep(rows, SweepFormat::json)));
}

TEST(SweepMetricNames, AreThoseOfTheRecordOrShort) {
  EXPECT_EQ(parse_sweep_metric("p50").value(), SweepMetric::latency_p50);
  EXPECT_EQ(parse_sweep_metric("memory.peak_bytes").value(), SweepMetric::memory_peak);
  for (const auto metric : {SweepMetric::latency_p50, SweepMetric::latency_p99,
                            SweepMetric::throughput, SweepMetric::memory_peak, SweepMetric::energy})
    EXPECT_EQ(parse_sweep_metric(name(metric)).value(), metric);
  EXPECT_EQ(parse_sweep_metric("throughputs").error().what,
            "'throughputs' is not a metric to rank by; did you mean throughput?");
  EXPECT_EQ(parse_sweep_metric("").error().what,
            "'' is not a metric to rank by; write p50, p99, throughput, memory or energy");
}

}  // namespace
}  // namespace jetmeter
