#include "frames/scene_motion.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

#include "frames/random.h"

namespace jetmeter {
namespace {

constexpr std::size_t kMaxActors = 8;

// Where a point that runs from end to end of [0, length] is after `distance`.
float triangle_wave(double distance, float length) {
  if (length <= 0) return 0;
  const double turn = std::fmod(distance, 2.0 * length);
  return static_cast<float>(turn <= length ? turn : 2.0 * length - turn);
}

}  // namespace

Road::Road(RoadPlan plan, Random& random) : plan_(std::move(plan)) {
  if (plan_.actors.size() > kMaxActors) plan_.actors.resize(kMaxActors);
  while (plan_.actors.size() > 1 && free_length() < 0) plan_.actors.pop_back();
  for (std::size_t i = 0; i < plan_.actors.size(); ++i) {
    tracks_.push_back({.phase = random.between(0, 2 * std::max(free_length(), 1.0F)),
                       .speed = plan_.speed * random.between(0.6F, 1.4F),
                       .bob_phase = random.between(0, 2 * std::numbers::pi_v<float>),
                       .bob_per_second = random.between(0.8F, 1.8F)});
  }
}

float Road::gap_after(std::size_t index) const {
  const auto& actors = plan_.actors;
  if (index + 1 >= actors.size()) return 0;
  return actors[index].class_id == actors[index + 1].class_id ? plan_.gap_same : plan_.gap_other;
}

float Road::free_length() const {
  float length = plan_.right - plan_.left;
  for (std::size_t i = 0; i < plan_.actors.size(); ++i) {
    length -= plan_.actors[i].width + gap_after(i);
  }
  return length;
}

// Equal masses that collide elastically on a line exchange their speeds, which is the same as
// passing through each other and exchanging names: independent points, sorted, are the collided
// ones. Widths and gaps are taken out of the line first and put back after the sorting.
void Road::place(double seconds, std::vector<Truth>& out) const {
  const float length = free_length();
  std::array<float, kMaxActors> points{};
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    points[i] = triangle_wave(tracks_[i].phase + tracks_[i].speed * seconds, length);
  }
  std::sort(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(tracks_.size()));
  float x = plan_.left;
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const Actor& actor = plan_.actors[i];
    const double angle = tracks_[i].bob_phase + tracks_[i].bob_per_second * seconds;
    const float slack = std::max(0.0F, plan_.bottom - plan_.top - actor.height);
    const float y = plan_.top + slack * static_cast<float>(0.5 + 0.5 * std::sin(angle));
    const Box box{x + points[i], y, x + points[i] + actor.width, y + actor.height};
    out.push_back({.box = box, .class_id = actor.class_id});
    x += actor.width + gap_after(i);
  }
}

}  // namespace jetmeter
