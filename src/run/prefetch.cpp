#include "run/prefetch.h"

#include <algorithm>
#include <exception>

namespace jetmeter {

Prefetcher::Prefetcher(FrameSource& source, const Clock& clock, Options options)
    : source_(source),
      clock_(clock),
      options_(std::move(options)),
      items_(static_cast<std::size_t>(std::max(options_.depth, 1))) {
  for (auto& item : items_) free_.push_back(&item);
  thread_ = std::thread([this] { decode(); });
}

Prefetcher::~Prefetcher() {
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Prefetcher::Item* Prefetcher::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !full_.empty() || ended_; });
  if (full_.empty()) return nullptr;
  Item* item = full_.front();
  full_.pop_front();
  return item;
}

void Prefetcher::give_back(Item* item) {
  {
    const std::scoped_lock lock(mutex_);
    free_.push_back(item);
  }
  changed_.notify_all();
}

Prefetcher::Item* Prefetcher::free_item() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !free_.empty() || stopped_; });
  if (stopped_) return nullptr;
  Item* item = free_.front();
  free_.pop_front();
  return item;
}

// A bad frame makes the source deliver its successor, which may be one that nobody asked for.
void Prefetcher::hand_over(Item* item) {
  const auto& wanted = options_.indices;
  const bool asked_for = wanted.empty() || std::ranges::binary_search(wanted, item->frame.index);
  {
    const std::scoped_lock lock(mutex_);
    (asked_for ? full_ : free_).push_back(item);
  }
  delivered_ += asked_for ? 1 : 0;
  changed_.notify_all();
}

std::optional<std::int64_t> Prefetcher::gap() const {
  if (options_.limit > 0 && delivered_ >= options_.limit) return std::nullopt;
  if (options_.indices.empty()) return 0;
  const auto wanted = std::ranges::lower_bound(options_.indices, position_);
  if (wanted == options_.indices.end()) return std::nullopt;
  return *wanted - position_;
}

void Prefetcher::decode() {
  std::optional<Error> error;
  try {
    while (const auto skipped = gap()) {
      Item* item = free_item();
      if (!item) break;
      const auto begin = clock_.monotonic();
      if (*skipped > 0) source_.skip(*skipped);
      const auto more = source_.next(item->frame);
      item->acquire = clock_.monotonic() - begin;
      if (!more) error = more.error();
      if (!more || !*more) break;
      position_ = item->frame.index + 1;
      hand_over(item);
    }
  } catch (const std::exception& thrown) {
    error = Error{std::string("the source failed: ") + thrown.what()};
  }
  const std::scoped_lock lock(mutex_);
  error_ = error;
  ended_ = true;
  changed_.notify_all();
}

}  // namespace jetmeter
