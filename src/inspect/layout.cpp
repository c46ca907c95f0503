#include "inspect/layout.h"

#include <algorithm>
#include <numeric>

namespace jetmeter {
namespace {

constexpr double kLaneWidth = 8;  // of an edge that passes a rank
// A longer edge is drawn past the ranks without a lane: in a graph with thousands of ranks the
// lanes would be more than all else.
constexpr std::size_t kLongestLane = 120;
constexpr int kOrderSweeps = 12, kPlaceSweeps = 27;

enum class Look { up, down, both };

struct Cell {
  std::size_t rank = 0;
  double width = 0, height = 0, x = 0;
  bool lane = false;
  std::vector<std::size_t> above, below;  // cells of the neighbouring ranks
};

class LayerCake {
 public:
  LayerCake(std::span<const LayoutBox> boxes,
            std::span<const std::pair<std::size_t, std::size_t>> edges,
            const LayoutOptions& options)
      : boxes_(boxes), edges_(edges), options_(options) {
    rank_boxes();
    thread_edges();
    order_ranks();
    place_cells();
  }

  Layout take() {
    Layout layout;
    stack_ranks(layout);
    double left = cells_.empty() ? 0 : cells_[0].x, right = left;
    for (const auto& cell : cells_) {
      left = std::min(left, cell.x - cell.width / 2);
      right = std::max(right, cell.x + cell.width / 2);
    }
    for (auto& cell : cells_) cell.x -= left;
    layout.width = right - left;
    for (std::size_t i = 0; i < boxes_.size(); ++i)
      layout.centres.push_back({cells_[i].x, tops_[cells_[i].rank] + heights_[cells_[i].rank] / 2});
    for (std::size_t e = 0; e < edges_.size(); ++e) layout.routes.push_back(route(e));
    return layout;
  }

 private:
  // The longest way from a source; what only feeds others stands right above the first of them.
  void rank_boxes() {
    cells_.resize(boxes_.size());
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      cells_[i].width = boxes_[i].width;
      cells_[i].height = boxes_[i].height;
    }
    std::vector<std::vector<std::size_t>> readers(boxes_.size());
    std::vector<bool> fed(boxes_.size(), false);
    for (const auto& [from, to] : edges_) {
      readers[from].push_back(to);
      fed[to] = true;
    }
    for (std::size_t i = 0; i < boxes_.size(); ++i)
      for (const auto to : readers[i])
        cells_[to].rank = std::max(cells_[to].rank, cells_[i].rank + 1);
    for (std::size_t i = boxes_.size(); i-- > 0;) {
      if (fed[i] || readers[i].empty()) continue;
      std::size_t nearest = cells_[readers[i][0]].rank;
      for (const auto to : readers[i]) nearest = std::min(nearest, cells_[to].rank);
      cells_[i].rank = nearest - 1;
    }
  }

  void thread_edges() {
    lanes_.resize(edges_.size());
    for (std::size_t e = 0; e < edges_.size(); ++e) {
      const auto [from, to] = edges_[e];
      if (cells_[to].rank - cells_[from].rank > kLongestLane) continue;
      auto last = from;
      for (auto rank = cells_[from].rank + 1; rank < cells_[to].rank; ++rank) {
        Cell lane;
        lane.rank = rank;
        lane.width = kLaneWidth;
        lane.lane = true;
        cells_.push_back(lane);
        lanes_[e].push_back(cells_.size() - 1);
        connect(last, cells_.size() - 1);
        last = cells_.size() - 1;
      }
      connect(last, to);
    }
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (cells_[i].rank >= ranks_.size()) ranks_.resize(cells_[i].rank + 1);
      ranks_[cells_[i].rank].push_back(i);
    }
  }
  void connect(std::size_t upper, std::size_t lower) {
    cells_[upper].below.push_back(lower);
    cells_[lower].above.push_back(upper);
  }

  // Each cell goes to the mean place of its neighbours, downwards and upwards in turn.
  void order_ranks() {
    std::vector<double> place(cells_.size());
    const auto number = [&](const std::vector<std::size_t>& rank) {
      for (std::size_t i = 0; i < rank.size(); ++i) place[rank[i]] = static_cast<double>(i);
    };
    for (const auto& rank : ranks_) number(rank);
    for (int sweep = 0; sweep < kOrderSweeps; ++sweep) {
      const bool down = sweep % 2 == 0;
      for (std::size_t r = 0; r < ranks_.size(); ++r) {
        auto& rank = ranks_[down ? r : ranks_.size() - 1 - r];
        std::vector<std::pair<double, std::size_t>> wanted;
        for (const auto cell : rank) {
          const auto& near = down ? cells_[cell].above : cells_[cell].below;
          double sum = 0;
          for (const auto each : near) sum += place[each];
          wanted.emplace_back(near.empty() ? place[cell] : sum / static_cast<double>(near.size()),
                              cell);
        }
        std::ranges::stable_sort(wanted, {}, &std::pair<double, std::size_t>::first);
        for (std::size_t i = 0; i < rank.size(); ++i) rank[i] = wanted[i].second;
        number(rank);
      }
    }
  }

  void place_cells() {
    for (int sweep = 0; sweep < kPlaceSweeps; ++sweep) {
      const bool down = sweep % 2 == 0;
      // Looking one way only, a long chain drifts; looking both ways from the start, it never
      // moves.
      const auto look = sweep >= kPlaceSweeps - 3 ? Look::both : down ? Look::up : Look::down;
      for (std::size_t r = 0; r < ranks_.size(); ++r)
        place_rank(ranks_[down ? r : ranks_.size() - 1 - r], look);
    }
  }

  // As near to their neighbours as the order and the widths allow: least squares, by pooling
  // adjacent violators. Lanes weigh more, so that long edges are straight.
  void place_rank(const std::vector<std::size_t>& rank, Look look) {
    struct Pool {
      double sum = 0, weight = 0;
      std::size_t count = 0;
      double mean() const { return sum / weight; }
    };
    std::vector<Pool> pools;
    std::vector<double> offsets;
    double offset = 0;
    for (std::size_t i = 0; i < rank.size(); ++i) {
      const auto& cell = cells_[rank[i]];
      if (i > 0) offset += (cells_[rank[i - 1]].width + cell.width) / 2 + options_.between_boxes;
      offsets.push_back(offset);
      const double weight = cell.lane ? 4 : 1;
      pools.push_back({(wanted_x(cell, look) - offset) * weight, weight, 1});
      while (pools.size() > 1 && pools[pools.size() - 2].mean() >= pools.back().mean()) {
        const auto last = pools.back();
        pools.pop_back();
        pools.back().sum += last.sum;
        pools.back().weight += last.weight;
        pools.back().count += last.count;
      }
    }
    std::size_t i = 0;
    for (const auto& pool : pools)
      for (std::size_t n = 0; n < pool.count; ++n, ++i)
        cells_[rank[i]].x = pool.mean() + offsets[i];
  }

  double wanted_x(const Cell& cell, Look look) const {
    double sum = 0;
    std::size_t count = 0;
    const auto add = [&](const std::vector<std::size_t>& near) {
      for (const auto each : near) sum += cells_[each].x;
      count += near.size();
    };
    if (look != Look::down) add(cell.above);
    if (look != Look::up) add(cell.below);
    return count == 0 ? cell.x : sum / static_cast<double>(count);
  }

  void stack_ranks(Layout& layout) {
    double y = 0;
    for (const auto& rank : ranks_) {
      double height = 0;
      for (const auto cell : rank) height = std::max(height, cells_[cell].height);
      tops_.push_back(y);
      heights_.push_back(height);
      y += height + options_.between_ranks;
    }
    layout.height = ranks_.empty() ? 0 : y - options_.between_ranks;
  }

  std::vector<LayoutPoint> route(std::size_t e) const {
    const auto& from = cells_[edges_[e].first];
    const auto& to = cells_[edges_[e].second];
    const auto middle = [&](const Cell& cell) {
      return tops_[cell.rank] + heights_[cell.rank] / 2;
    };
    std::vector<LayoutPoint> points{{from.x, middle(from) + from.height / 2}};
    for (const auto lane : lanes_[e]) {
      const auto& cell = cells_[lane];
      points.push_back({cell.x, tops_[cell.rank]});
      points.push_back({cell.x, tops_[cell.rank] + heights_[cell.rank]});
    }
    points.push_back({to.x, middle(to) - to.height / 2});
    return points;
  }

  std::span<const LayoutBox> boxes_;
  std::span<const std::pair<std::size_t, std::size_t>> edges_;
  LayoutOptions options_;
  std::vector<Cell> cells_;                      // the boxes, then the lanes
  std::vector<std::vector<std::size_t>> lanes_;  // by edge
  std::vector<std::vector<std::size_t>> ranks_;
  std::vector<double> tops_, heights_;  // by rank
};

}  // namespace

Layout lay_out(std::span<const LayoutBox> boxes,
               std::span<const std::pair<std::size_t, std::size_t>> edges,
               const LayoutOptions& options) {
  return LayerCake(boxes, edges, options).take();
}

}  // namespace jetmeter
