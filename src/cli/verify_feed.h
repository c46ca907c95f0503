// What `model verify` shows both models: random tensors, files of arrays, or pictures.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "jetmeter/frames.h"
#include "jetmeter/inputs.h"
#include "jetmeter/pipeline.h"
#include "jetmeter/verify.h"

namespace jetmeter {

struct FeedRequest {
  std::string data = "random";  // "random", a .npz or .npy file, or a folder
  std::size_t runs = 0;         // at most so many; 0: all of a folder, 4 of random
  std::uint64_t seed = 1;
};

enum class FeedKind { random, arrays, pictures };
struct FeedPlan {
  FeedKind kind = FeedKind::random;
  std::vector<std::filesystem::path> files;  // arrays, pictures; sorted
  std::size_t runs = 0;
  std::uint64_t seed = 1;
  std::string words;  // "4 random inputs in [0, 1), seed 1 to 4"
};
Result<FeedPlan> plan_feed(const FeedRequest&);

// The tensors of one step, for inputs of these specs.
Result<std::vector<TensorData>> feed_tensors(const FeedPlan&, std::size_t step,
                                             std::span<const TensorSpec>);

}  // namespace jetmeter
