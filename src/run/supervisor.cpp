#include "run/supervisor.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <ranges>

#include "jetmeter/memory.h"
#include "jetmeter/worker_memory.h"
#include "run/process.h"
#include "run/run_telemetry.h"

namespace jetmeter {
namespace {

constexpr Nanoseconds kPatienceAfterInterrupt = std::chrono::seconds(5);
constexpr Nanoseconds kSyncInterval = std::chrono::seconds(1);
constexpr int kPollMilliseconds = 100;
// Reading a process's footprint walks its page tables and holds its memory map meanwhile.
constexpr Nanoseconds kMemoryPeriod = std::chrono::milliseconds(200);

bool same_weights(const SlotSpec& a, const SlotSpec& b) {
  std::error_code error;
  return std::filesystem::equivalent(a.model, b.model, error) && !error && a.backend == b.backend &&
         a.load.threads == b.load.threads && a.load.device == b.load.device &&
         a.load.options == b.load.options;
}

std::string worker_name(const std::vector<Lane*>& lanes) {
  std::string name;
  for (const auto* lane : lanes) name += (name.empty() ? "" : "+") + lane->data.spec.name;
  return std::string(kWorkerPrefix) + name;
}

// After the last phase only the process itself is left to end.
std::string place_of(const Lane& lane) {
  return lane.phase().empty() ? "between two phases or at its end" : "in phase " + lane.phase();
}

// Why a slot fell that may have done nothing itself; empty when it had its worker alone.
std::string shared_fate(const std::vector<Lane*>& lanes, const Lane& lane) {
  std::string others;
  for (const auto* other : lanes)
    if (other != &lane) others += (others.empty() ? "" : ", ") + other->data.spec.name;
  if (others.empty()) return "";
  return fmt::format("; the slot shares its worker with {}, since both use one model file", others);
}

std::optional<std::uint64_t> available_bytes(const Host& host) {
  const auto ledger = read_ledger(host, MemoryArchitecture::host);
  if (ledger.pools.empty() || !ledger.pools[0].available) return std::nullopt;
  return ledger.pools[0].available->bytes();
}

std::uintmax_t file_bytes(const std::filesystem::path& path) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  return error ? 0 : bytes;
}

}  // namespace

Supervisor::Supervisor(const RunSpec& spec, const RunContext& context, RunDir& dir,
                       Sampler& sampler, TelemetryLog& telemetry)
    : spec_(spec),
      context_(context),
      dir_(dir),
      sampler_(sampler),
      telemetry_(telemetry),
      budgets_(spec.memory, context, dir) {}

Supervisor::~Supervisor() {
  for (auto& worker : workers_)
    if (worker.pid > 0) {
      kill(worker.pid, SIGKILL);
      waitpid(worker.pid, nullptr, 0);
    }
}

Lane& Supervisor::add_lane(const SlotSpec& slot) {
  lanes_.push_back(std::make_unique<Lane>(
      slot,
      LaneOutput{&dir_, context_.clock, context_.warn, context_.note, spec_.save_overlays > 0}));
  return *lanes_.back();
}

// Slots that ask for the same weights share a worker, so that these are in memory once.
std::vector<std::vector<Lane*>> Supervisor::groups() const {
  std::vector<std::vector<Lane*>> groups;
  for (const auto& lane : lanes_) {
    const auto match = std::ranges::find_if(groups, [&](const auto& group) {
      return same_weights(group.front()->data.spec, lane->data.spec);
    });
    if (match != groups.end()) {
      lane->data.shared_with = match->front()->data.spec.name;
      match->push_back(lane.get());
    } else {
      groups.push_back({lane.get()});
    }
  }
  return groups;
}

void Supervisor::load() {
  auto order = groups();
  std::ranges::stable_sort(order, std::greater{}, [](const auto& group) {
    return file_bytes(group.front()->data.spec.model);
  });
  for (const auto& group : order) {
    if (interrupted_) return;
    const auto before = available_bytes(context_.host);
    start_worker(group);
    listen([&] {
      return std::ranges::none_of(group, [](Lane* l) { return l->state == LaneState::loading; });
    });
    const auto after = available_bytes(context_.host);
    if (!before || !after || *after >= *before) continue;
    for (auto* lane : group) lane->data.available_drop = *before - *after;
  }
}

void Supervisor::start_worker(std::vector<Lane*> lanes) {
  WorkerProcess worker;
  worker.name = worker_name(lanes);
  worker.lanes = std::move(lanes);
  worker.marks_judged.resize(worker.lanes.size());
  worker.oom_kills_before = oom_kills(context_.host);
  budgets_.set_limit(worker);
  auto child =
      start_child(context_.worker, {.arguments = {"worker", std::to_string(worker.lanes.size())},
                                    .slots = static_cast<int>(worker.lanes.size()),
                                    .log = dir_.log_descriptor(),
                                    .limit = &worker.limit});
  if (!child) {
    for (auto* lane : worker.lanes) lane->leave(child.error().what);
    return;
  }
  worker.pid = child->pid;
  for (std::size_t i = 0; i < worker.lanes.size(); ++i) {
    worker.lanes[i]->data.worker = worker.name;
    worker.lanes[i]->attach(worker.pid, std::move(child->slots[i]));
    worker.lanes[i]->send_spec(spec_.warmup);
  }
  watch_memory(worker);
  workers_.push_back(std::move(worker));
}

// What is not told of the process does not stop the run: the kernel's high-water marks remain.
void Supervisor::watch_memory(WorkerProcess& worker) {
  auto source = open_worker_memory(context_.host, worker.pid);
  if (!source) {
    context_.warn({"worker_memory", "the workers' memory is not sampled: " + source.error().what,
                   "peaks are the kernel's high-water marks alone", ""});
    return;
  }
  if (!walk_pages(context_.host, worker.pid).pss_bytes)
    context_.warn({"worker_memory",
                   "this kernel does not tell the workers' PSS: it has neither smaps_rollup nor a "
                   "smaps that can be added up",
                   "their footprints, and whether they kept a limit, are absent", ""});
  sampler_.add(worker.name, std::move(*source), kMemoryPeriod);
}

void Supervisor::take_readings() {
  for (auto& reading : telemetry_.take_footprints()) readings_.push_back(std::move(reading));
}

// What ended before a reading was taken is judged before it.
void Supervisor::check_budgets() {
  for (auto& worker : workers_) budgets_.judge_high_water_marks(worker);
  for (const auto& reading : std::exchange(readings_, {}))
    for (auto& worker : workers_)
      if (worker.name == reading.worker) budgets_.judge(worker, reading);
}

std::int64_t Supervisor::expected_frames(const Lane& lane) const {
  if (lane.data.spec.bench) return 0;
  const auto* source =
      lane.data.model && lane.data.model->source ? &*lane.data.model->source : nullptr;
  if (!source || !source->frames_announced) return spec_.max_frames;
  const auto announced = *source->frames_announced;
  return spec_.max_frames == 0 ? announced : std::min(spec_.max_frames, announced);
}

void Supervisor::solo() {
  const auto ready = with_state(LaneState::ready);
  if (ready.size() < 2 || spec_.solo_frames == 0) return;
  for (auto* lane : ready) {
    if (interrupted_ || lane->state != LaneState::ready) continue;
    lane->begin_pass({.phase = "solo", .frames = spec_.solo_frames}, spec_.solo_frames);
    listen([&] { return lane->state != LaneState::in_pass; });
  }
}

void Supervisor::measure(const std::optional<Pairing>& pairing) {
  const auto ready = with_state(LaneState::ready);
  if (interrupted_) return;
  const bool in_step = pairing && ready.size() == 2;
  for (auto* lane : ready) {
    PassOrder order{.phase = "measure", .frames = spec_.max_frames, .in_step = in_step};
    auto expected = expected_frames(*lane);
    if (in_step) {
      for (const auto& pair : pairing->pairs)
        order.indices.push_back(lane == ready.front() ? pair.first : pair.second);
      order.frames = expected = static_cast<std::int64_t>(order.indices.size());
    }
    lane->begin_pass(order, expected);
  }
  listen([&] { return with_state(LaneState::in_pass).empty(); });
}

void Supervisor::unload() {
  for (const auto& lane : lanes_)
    if (lane->alive() && lane->state != LaneState::broken) lane->quit();
  stopping_ = true;
  listen([] { return false; });
}

void Supervisor::listen(const std::function<bool()>& done) {
  while (!done() && std::ranges::any_of(workers_, [](const auto& w) { return w.pid > 0; })) {
    advance_pairs();
    wait_for_events();
    // What a worker had said before a reading was taken is known before the reading is judged.
    take_readings();
    receive_all();
    check_budgets();
    check_silence();
    check_interrupt();
    report_progress();
    const auto now = context_.clock->monotonic();
    if (now - last_sync_ < kSyncInterval) continue;
    dir_.sync();
    last_sync_ = now;
  }
}

void Supervisor::wait_for_events() {
  std::vector<pollfd> fds;
  for (const auto& lane : lanes_)
    if (lane->alive()) fds.push_back({lane->events(), POLLIN, 0});
  poll(fds.data(), fds.size(), kPollMilliseconds);
}

void Supervisor::receive_all() {
  for (auto& worker : workers_) {
    if (worker.pid < 0) continue;
    bool all_closed = true;
    for (auto* lane : worker.lanes) all_closed = !lane->receive() && all_closed;
    if (all_closed) bury(worker);
  }
}

// In step, the lane that is behind goes first; in parallel, all that are level go at once.
void Supervisor::advance_pairs() {
  std::vector<Lane*> walkers;
  for (const auto& lane : lanes_)
    if (lane->state == LaneState::in_pass && lane->in_step) walkers.push_back(lane.get());
  if (walkers.empty() || std::ranges::any_of(walkers, &Lane::go_outstanding)) return;
  const auto behind = (*std::ranges::min_element(walkers, {}, &Lane::next_pair))->next_pair;
  for (auto* lane : walkers) {
    if (lane->next_pair != behind) continue;
    lane->go();
    if (spec_.schedule == Schedule::alternate) return;
  }
}

void Supervisor::check_silence() {
  const auto now = context_.clock->monotonic();
  const auto patience =
      stopping_ || interrupted_ ? std::min(kPatienceAfterInterrupt, spec_.timeout) : spec_.timeout;
  for (auto& worker : workers_) {
    if (worker.pid < 0) continue;
    for (const auto* lane : worker.lanes)
      if (lane->busy() && now - lane->last_sign() > patience) {
        kill_worker(worker,
                    fmt::format("no sign of life for {} {}, after {} frames; the worker was "
                                "killed (--timeout)",
                                format_duration(patience), place_of(*lane),
                                lane->data.measure.samples.size()));
        break;
      }
  }
}

void Supervisor::check_interrupt() {
  const int wanted = context_.interrupts ? context_.interrupts->load() : 0;
  if (wanted == 0) return;
  const bool first = !interrupted_;
  interrupted_ = true;
  for (auto& worker : workers_) {
    if (worker.pid < 0) continue;
    const bool loading = std::ranges::any_of(
        worker.lanes, [](const Lane* l) { return l->state == LaneState::loading; });
    if (wanted > 1 || loading) {
      kill_worker(worker, "interrupted");
    } else if (first) {
      for (auto* lane : worker.lanes)
        if (lane->state == LaneState::in_pass) lane->stop_pass();
    }
  }
}

void Supervisor::bury(WorkerProcess& worker) {
  int status = 0;
  waitpid(worker.pid, &status, 0);
  worker.pid = -1;
  worker.killed_by_others =
      WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && worker.killed_because.empty();
  sampler_.remove(worker.name);
  take_readings();
  check_budgets();
  budgets_.report_violations(worker);
  const bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  const auto cause = cause_of_death(worker, status, context_.host);
  const bool over_budget = worker.killed_over_budget || killed_for_its_limit(worker);
  for (auto* lane : worker.lanes) {
    if (worker.last_peak_bytes > 0) lane->data.footprint_peak = worker.last_peak_bytes;
    const bool was_to_leave =
        clean && (lane->state == LaneState::leaving || lane->state == LaneState::broken);
    if (was_to_leave && lane->data.reason.empty()) lane->data.status = SlotStatus::completed;
    const auto where = fmt::format(" {}, after {} measured frames", place_of(*lane),
                                   lane->data.measure.samples.size());
    const auto fate = interrupted_ ? "" : shared_fate(worker.lanes, *lane);
    const auto why = cause + (worker.killed_because.empty() ? where : "") + fate;
    lane->leave(was_to_leave || over_budget ? "" : why);
    lane->data.charged_peak = worker.limit.peak_bytes();
    if (!over_budget || was_to_leave) continue;
    lane->pass_budget(why);
    if (killed_for_its_limit(worker)) budgets_.report_kill(*lane);
  }
  worker.limit = {};
}

std::vector<Lane*> Supervisor::with_state(LaneState state) const {
  std::vector<Lane*> found;
  for (const auto& lane : lanes_)
    if (lane->state == state) found.push_back(lane.get());
  return found;
}

void Supervisor::report_progress() {
  if (!context_.progress) return;
  for (const auto& lane : lanes_)
    if (lane->state == LaneState::in_pass)
      context_.progress(
          {lane->data.spec.name, lane->phase(), lane->frames_in_pass(), lane->frames_expected()});
}

}  // namespace jetmeter
