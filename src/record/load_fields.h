// The keys of how work was offered, and of how far the numbers can be believed.
#pragma once

#include "record/archive.h"
#include "record/summary_fields.h"

namespace jetmeter::record_json {

template <typename Archive>
void fields(Archive&& in, BelievedQuantileRecord& quantile) {  // its name is its key
  in("low_ms", quantile.low_ms);
  in("high_ms", quantile.high_ms);
  in("conservative_ms", quantile.conservative_ms);
  in("conservative_needs", quantile.conservative_needs);
  in("effective_n", quantile.effective_n);
  in("low_rank", quantile.low_rank);
  in("high_rank", quantile.high_rank);
  in("conservative_rank_from_top", quantile.conservative_rank_from_top);
  in("loadgen_ms", quantile.loadgen_ms);
  in("loadgen_rank_from_top", quantile.loadgen_rank_from_top);
}

template <typename Archive>
void fields(Archive&& in, ModeRecord& mode) {
  in("center_ms", mode.center_ms);
  in("share", mode.share);
}

template <typename Archive>
void fields(Archive&& in, WindowRecord& window) {
  in("from_seconds", window.from_seconds);
  in("to_seconds", window.to_seconds);
  in("n", window.n);
  in("median_ms", window.median_ms);
  in("throughput_fps", window.throughput_fps);
}

template <typename Archive>
void fields(Archive&& in, StatisticsRecord& statistics) {
  in("confidence", statistics.confidence);
  in("effective_n", statistics.effective_n);
  in("mad_ms", statistics.mad_ms);
  in("mean_low_ms", statistics.mean_low_ms);
  in("mean_high_ms", statistics.mean_high_ms);
  in("mean_group", statistics.mean_group);
  in("mean_block", statistics.mean_block);
  in.keyed("quantiles", statistics.quantiles);
  in.object("outliers", [&](auto&& outliers) {
    outliers("low", statistics.outliers_low);
    outliers("high", statistics.outliers_high);
    outliers("below_ms", statistics.outliers_below_ms);
    outliers("above_ms", statistics.outliers_above_ms);
    outliers.later("first", statistics.outliers_first);
  });
  in.object("drift", [&](auto&& drift) {
    drift("verdict", statistics.drift);
    drift("percent_per_minute", statistics.drift_percent_per_minute);
    drift("percent_over_run", statistics.drift_percent_over_run);
    drift("p_value", statistics.drift_p_value);
  });
  in.object("steady", [&](auto&& steady) {
    steady("verdict", statistics.steady);
    steady("reason", statistics.steady_reason);
    steady("settled_seconds", statistics.settled_seconds);
    steady("windows", statistics.windows);
  });
  in("modes", statistics.modes);
}

template <typename Archive>
void fields(Archive&& in, RateTrialRecord& trial) {
  in("per_second", trial.per_second);
  in("holds", trial.holds);
  in("reason", trial.reason);
  in("latency_ms", trial.latency_ms);
  in("drop_percent", trial.drop_percent);
  in("achieved_per_second", trial.achieved_per_second);
}

template <typename Archive>
void fields(Archive&& in, LoadRecord& load) {
  in("scenario", load.scenario);
  in("in_flight", load.in_flight);
  in("per_second", load.per_second);
  in("when_busy", load.when_busy);
  in("seed", load.seed);
  in("deadline_ms", load.deadline_ms);
  in("stopped_by", load.stopped_by);
  in("stop_sentence", load.stop_sentence);
  in("issued", load.issued);
  in("done", load.done);
  in("dropped", load.dropped);
  in("missed_deadline", load.missed_deadline);
  in("unserved", load.unserved);
  in("awaited", load.awaited);
  in("generator_late", load.generator_late);
  in("waiting", load.waiting);
  in("service_ms", load.service_ms);
  in("lateness_ms", load.lateness_ms);
  in("warmup_count", load.warmup_count);
  in("loop_overhead_ns", load.loop_overhead_ns);
  in("clock_ns", load.clock_ns);
  in("clock_resolution_ns", load.clock_resolution_ns);
  in("between_ns", load.between_ns);
  in("found_per_second", load.found_per_second);
  in("search_verdict", load.search_verdict);
  in("bound_held", load.bound_held);
  in("bound_reason", load.bound_reason);
  in("trials", load.trials);
  in("inputs", load.inputs);
  in("turns", load.turns);
}

template <typename Archive>
void fields(Archive&& in, LadderStepRecord& step) {
  in("name", step.name);
  in("what", step.what);
  in("ms", step.ms);
  in("latency_ms", step.latency_ms);
  in("per_second", step.per_second);
  in("added_ms", step.added_ms);
  in("added_low_ms", step.added_low_ms);
  in("added_high_ms", step.added_high_ms);
  in("reason", step.reason);
}

}  // namespace jetmeter::record_json
