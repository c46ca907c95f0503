// One loaded model for the slots of a process that ask for the same file: its weights are in
// memory once. The first slot loads; the others wait for it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "jetmeter/backend.h"

namespace jetmeter {

class ModelShare {
 public:
  using Loader = std::function<Result<std::shared_ptr<Model>>()>;

  // Safe from several threads. Every caller gets the outcome of the first one's loader.
  Result<std::shared_ptr<Model>> get(const Loader& load) {
    const std::scoped_lock lock(mutex_);
    if (!outcome_) outcome_ = load();
    return *outcome_;
  }

  // A loader threw: nobody else shall try the same again.
  void abandon(std::string why) {
    const std::scoped_lock lock(mutex_);
    if (!outcome_) outcome_ = fail(std::move(why));
  }

 private:
  std::mutex mutex_;
  std::optional<Result<std::shared_ptr<Model>>> outcome_;
};

}  // namespace jetmeter
