// A measurement with what the telemetry saw beside it, for the tests of the detectors.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "run/disturbance.h"

namespace jetmeter {

inline Nanoseconds seconds(double s) {
  return Nanoseconds(static_cast<std::int64_t>(s * 1e9));
}

inline std::vector<HistoryPoint> every(double period, std::initializer_list<double> values,
                                       double first = 0) {
  std::vector<HistoryPoint> points;
  for (const double value : values)
    points.push_back({seconds(first + period * static_cast<double>(points.size())), value});
  return points;
}

inline std::vector<HistoryPoint> constant(double value, double until, double period = 0.5) {
  std::vector<HistoryPoint> points;
  for (double at = 0; at <= until + 1e-9; at += period) points.push_back({seconds(at), value});
  return points;
}

// Ten frames a second from `from` to `to`, of 50 ms each.
inline std::vector<FrameSample> frames(double from, double to) {
  std::vector<FrameSample> out;
  const auto n = static_cast<std::int64_t>((to - from) * 10 + 0.5);
  for (std::int64_t i = 0; i < n; ++i) {
    FrameSample frame;
    frame.index = i;
    frame.started_ns = seconds(from).count() + i * 100'000'000;
    frame.latency_ns = 50'000'000;
    out.push_back(frame);
  }
  return out;
}

// Slots "rgb" and, with its own frames, "thermal", measured from 1 s to 4 s on two cores.
struct DisturbedScene {
  std::vector<FrameSample> rgb = frames(1, 4), thermal;
  DisturbanceFacts facts;

  DisturbedScene() {
    facts.cores = 2;
    facts.slots = {{"rgb", "", rgb}};
  }
  DisturbedScene(const DisturbedScene&) = delete;
  DisturbedScene& operator=(const DisturbedScene&) = delete;

  DisturbedScene& on_gpu(const std::string& gpu) {
    facts.slots.front().gpu = gpu;
    return *this;
  }
  DisturbedScene& add(const std::string& channel, std::vector<HistoryPoint> points) {
    facts.histories[channel] = std::move(points);
    return *this;
  }
  std::vector<DisturbanceRecord> records() const {
    std::vector<DisturbanceRecord> out;
    for (const auto& found : find_disturbances(facts))
      for (auto& record : disturbance_records(found, facts)) out.push_back(std::move(record));
    return out;
  }
  // "code touched/frames seconds" of each
  std::vector<std::string> found() const {
    std::vector<std::string> out;
    for (const auto& r : records()) {
      const auto touched = r.frames_touched ? std::to_string(*r.frames_touched) : "?";
      out.push_back(r.code + " " + touched + "/" + std::to_string(r.frames));
    }
    return out;
  }
  std::string message() const {
    const auto all = find_disturbances(facts);
    return all.size() == 1 ? warning_of(all.front(), facts).message : "not one disturbance";
  }
};

// Two processes of ours that take 0.25 cores each.
inline DisturbedScene& with_own_load(DisturbedScene& scene) {
  std::vector<HistoryPoint> points;
  for (int i = 0; i <= 10; ++i) points.push_back({seconds(0.5 * i), 0.125 * i});
  scene.facts.own_cpu_seconds = {points, points};
  return scene;
}

}  // namespace jetmeter
