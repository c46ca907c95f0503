// What `model verify` shows both models: random tensors, files of arrays, or pictures.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
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

  // Of arrays, once they are cut: where each run's sample lies.
  struct Sample {
    std::size_t file = 0, index = 0, of = 1;
  };
  std::vector<Sample> samples;
  std::size_t most = 0;  // runs; 0: all
  std::optional<std::size_t> held_file;
  std::vector<TensorData> held;  // that file's tensors, with all of its samples
};
Result<FeedPlan> plan_feed(const FeedRequest&);

// What the first file's arrays say of axes that the model leaves open; wishes go before them.
Result<ShapeWishes> wishes_of_arrays(const FeedPlan&, std::span<const TensorSpec> declared,
                                     ShapeWishes);
// Arrays of several samples are cut along their first axis, into a run each.
Result<void> cut_arrays(FeedPlan&, std::span<const TensorSpec> concrete);

// The tensors of one step, for inputs of these specs.
Result<std::vector<TensorData>> feed_tensors(FeedPlan&, std::size_t step,
                                             std::span<const TensorSpec>);

}  // namespace jetmeter
