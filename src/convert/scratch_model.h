// A graph that is loaded into a runtime from a file of its own, which is gone when it is.
#pragma once

#include <filesystem>
#include <memory>
#include <utility>

#include "jetmeter/backend.h"
#include "jetmeter/graph.h"

namespace jetmeter {

class ScratchModel {
 public:
  static Result<ScratchModel> load(const ModelGraph&, const Backend&);
  Model& model() const { return *model_; }

 private:
  struct Folder {
    explicit Folder(std::filesystem::path name) : path(std::move(name)) {}
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder();
    const std::filesystem::path path;
  };
  std::shared_ptr<Folder> folder_;  // outlives the model: weights may be mapped
  std::shared_ptr<Model> model_;
};

}  // namespace jetmeter
