// How the objects of a generated scene move: closed-form in time, so that any frame can be drawn
// without those before it, and never nearer to each other than they were told.
#pragma once

#include <span>
#include <vector>

#include "jetmeter/detection.h"

namespace jetmeter {

class Random;

struct Actor {
  int class_id = 0;
  float width = 0, height = 0;  // pixels
};

// Actors of one road share a horizontal band. They keep their order, run along it and bounce off
// its ends and off each other.
struct RoadPlan {
  std::vector<Actor> actors;
  float left = 0, right = 0, top = 0, bottom = 0;  // pixels
  float gap_same = 0, gap_other = 0;               // least distance of neighbours, by class
  float speed = 0;                                 // pixels per second, of the typical actor
};

class Road {
 public:
  // Leaves out the last actors where the band is too short for all of them.
  Road(RoadPlan, Random&);
  void place(double seconds, std::vector<Truth>& out) const;

 private:
  struct Track {
    float phase = 0, speed = 0;               // along the free length
    float bob_phase = 0, bob_per_second = 0;  // up and down
  };
  float gap_after(std::size_t index) const;
  float free_length() const;

  RoadPlan plan_;
  std::vector<Track> tracks_;
};

}  // namespace jetmeter
