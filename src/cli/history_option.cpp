#include "cli/history_option.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace jetmeter {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

void add_history_option(CLI::App& app, std::string& history) {
  app.add_option("--history", history,
                 "file or postgresql:// address that the run is added to, or none\n"
                 "(default: $JETMETER_HISTORY, else ~/.local/share/jetmeter/history.db)")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      ->group("Output");
}

std::optional<HistoryPlace> chosen_history(std::string_view typed, std::string_view of_environment,
                                           std::string_view xdg_data_home, std::string_view home) {
  const auto chosen = typed.empty() ? of_environment : typed;
  if (chosen == "none") return std::nullopt;
  if (!chosen.empty()) return HistoryPlace{std::string(chosen)};
  const auto file = default_history(xdg_data_home, home);
  if (!file) return std::nullopt;
  return HistoryPlace{file->string()};
}

std::optional<HistoryPlace> chosen_history(const std::string& typed) {
  return chosen_history(typed, variable("JETMETER_HISTORY"), variable("XDG_DATA_HOME"),
                        variable("HOME"));
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

void remember(const Record& record, const std::string& run_folder, const std::string& typed,
              Terminal& terminal) {
  const auto place = chosen_history(typed);
  if (!place) return;
  const auto store = open_history(*place);
  const auto added = store ? (*store)->add(record, host_name())
                           : Result<std::int64_t>(tl::make_unexpected(store.error()));
  if (added) return;
  const auto sentence = fmt::format(
      "{}; the run's own files are complete, and 'jetmeter history add {}' adds them "
      "later",
      added.error().what, run_folder);
  terminal.error(sentence);
  std::ofstream(std::filesystem::path(run_folder) / "run.log", std::ios::app)
      << fmt::format("{} ERROR {}\n", format_utc(system_clock().wall()), sentence);
}

}  // namespace jetmeter
