#include "backends/choose.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <iterator>

#include "backends/external_data.h"
#include "backends/model_file.h"

namespace jetmeter {
namespace {

std::vector<std::string> names_of(BackendTable table) {
  std::vector<std::string> names;
  for (const auto* backend : table) names.emplace_back(backend->name);
  return names;
}

std::vector<const Backend*> readers_of(BackendTable table, const std::filesystem::path& model) {
  std::vector<const Backend*> readers;
  std::copy_if(table.begin(), table.end(), std::back_inserter(readers),
               [&](const auto* backend) { return reads_extension(backend->extensions, model); });
  return readers;
}

// "'.engine'", or what stands for the extension of a file that has none.
std::string kind_of(const std::filesystem::path& model) {
  const auto extension = model.extension().string();
  return extension.empty() ? "files without an extension" : in_quotes(extension);
}

Result<BackendChoice> choose_named(BackendTable table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const auto* backend) { return backend->name == name; });
  const auto names = names_of(table);
  if (found == table.end()) {
    const auto near = closest(name, names);
    return fail(fmt::format("there is no backend {}; this build has {}{}", in_quotes(name),
                            fmt::join(names, ", "),
                            near ? fmt::format("; did you mean '{}'?", *near) : ""));
  }
  const auto probe = (*found)->probe();
  if (!probe.available) return fail(fmt::format("{} is not available: {}", name, probe.reason));
  return BackendChoice{*found, "asked for by name"};
}

Result<BackendChoice> choose_first(BackendTable table, const std::filesystem::path& model) {
  const auto readers = readers_of(table, model);
  if (readers.empty()) {
    std::vector<std::string> known;
    for (const auto* backend : table)
      known.push_back(fmt::format("{} ({})", backend->name, backend->extensions));
    return fail(fmt::format("no backend of this build reads {} (model {}); it has {}",
                            kind_of(model), in_quotes(model.string()), fmt::join(known, ", ")));
  }
  std::vector<std::string> passed_over;
  for (const auto* backend : readers) {
    const auto probe = backend->probe();
    if (probe.available) {
      const bool alone = readers.size() == 1;
      auto why = fmt::format("{} {} {} {}", alone ? "only" : "first of",
                             fmt::join(names_of(readers), ", "), alone ? "reads" : "that reads",
                             model.extension().string());
      for (const auto& reason : passed_over) why += "; " + reason;
      return BackendChoice{backend, std::move(why)};
    }
    passed_over.push_back(fmt::format("{} is not available: {}", backend->name, probe.reason));
  }
  return fail(fmt::format("nothing here can load {}: {}", in_quotes(model.string()),
                          fmt::join(passed_over, "; ")));
}

// "cuda" of "cuda:1".
std::string_view device_kind_of(std::string_view device) {
  return device.substr(0, device.find(':'));
}

bool offers(const Backend& backend, std::string_view device) {
  const auto probe = backend.probe();
  const auto same_kind = [&](const std::string& own) {
    return device_kind_of(own) == device_kind_of(device);
  };
  return probe.available && (device.empty() || std::ranges::any_of(probe.devices, same_kind));
}

// Another backend that reads the model and has the device; null: none does.
const Backend* alternative(BackendTable table, const Backend* failed,
                           const std::filesystem::path& model, std::string_view device) {
  for (const auto* backend : readers_of(table, model))
    if (backend != failed && offers(*backend, device)) return backend;
  return nullptr;
}

// What the chosen backend and those that read the model offer.
std::vector<std::string> devices_for(BackendTable table, const Backend* chosen,
                                     const std::filesystem::path& model) {
  auto asked = readers_of(table, model);
  asked.insert(asked.begin(), chosen);
  std::vector<std::string> devices;
  for (const auto* backend : asked) {
    const auto probe = backend->probe();
    for (const auto& device : probe.devices)
      if (std::ranges::find(devices, device) == devices.end()) devices.push_back(device);
  }
  return devices;
}

// "; opencv_dnn also reads .onnx: try --backend opencv_dnn", or nothing.
std::string hint(const Backend* other, const std::filesystem::path& model,
                 std::string_view option) {
  if (!other || option.empty()) return "";
  return fmt::format("; {0} also reads {1}: try {2} {0}", other->name, model.extension().string(),
                     option);
}

Result<std::shared_ptr<Model>> load_guarded(const Backend& backend,
                                            const std::filesystem::path& path,
                                            const LoadOptions& options) try {
  return backend.load(path, options);
} catch (const std::exception& error) {
  return fail(one_line(error.what()));
}

}  // namespace

Result<BackendChoice> choose_from(BackendTable table, std::string_view name,
                                  const std::filesystem::path& model) {
  return name == "auto" ? choose_first(table, model) : choose_named(table, name);
}

Result<void> check_device_in(BackendTable table, const BackendChoice& choice,
                             const std::filesystem::path& model, std::string_view device) {
  if (device.empty() || offers(*choice.backend, device)) return {};
  if (const auto* other = alternative(table, choice.backend, model, device))
    return fail(fmt::format("{} has no device {}, but {} has: try --backend {}",
                            choice.backend->name, in_quotes(device), other->name, other->name));
  return fail(fmt::format("no backend here offers the device {} for {}; there is {}",
                          in_quotes(device), kind_of(model),
                          fmt::join(devices_for(table, choice.backend, model), ", ")));
}

Result<std::shared_ptr<Model>> load_from(BackendTable table, const BackendChoice& choice,
                                         const std::filesystem::path& path,
                                         const LoadOptions& options, std::string_view option) {
  // What is wrong with the file itself is wrong for every backend.
  if (auto good = check_model_file(path); !good) return tl::make_unexpected(good.error());
  if (auto good = check_external_data(path); !good) return tl::make_unexpected(good.error());
  auto model = load_guarded(*choice.backend, path, options);
  if (model) return model;
  const auto& why = model.error().what;
  const auto* other = is_refused_allocation(why)
                          ? nullptr  // the other one needs memory too
                          : alternative(table, choice.backend, path, options.device);
  return fail(fmt::format("{} cannot load {}: {}{}", choice.backend->name, in_quotes(path.string()),
                          why, hint(other, path, option)));
}

Result<BackendChoice> choose_backend(std::string_view name, const std::filesystem::path& model) {
  return choose_from(backends(), name, model);
}

Result<void> check_device(const BackendChoice& choice, const std::filesystem::path& model,
                          std::string_view device) {
  return check_device_in(backends(), choice, model, device);
}

Result<std::shared_ptr<Model>> load_model(const BackendChoice& choice,
                                          const std::filesystem::path& path,
                                          const LoadOptions& options, std::string_view option) {
  return load_from(backends(), choice, path, options, option);
}

}  // namespace jetmeter
