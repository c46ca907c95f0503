// The files beside a model that its weights lie in.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "jetmeter/graph.h"

namespace jetmeter {

// Maps each file once. Only files within the model's folder: a model from somewhere else must not
// make jetmeter read what lies elsewhere, so neither absolute paths nor ".." nor links lead out.
class ExternalFiles {
 public:
  // Empty: external data is an error.
  explicit ExternalFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  struct Place {
    std::string location;
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length;
  };
  // `needed` bytes from there on. The error is to be read after the model's name.
  Result<Blob> bytes(const Place&, std::uint64_t needed, const std::string& tensor);
  std::vector<std::filesystem::path> files() const;

 private:
  Result<const Blob*> open(const std::string& location);

  std::filesystem::path folder_;
  std::map<std::string, Blob> mapped_;
};

}  // namespace jetmeter
