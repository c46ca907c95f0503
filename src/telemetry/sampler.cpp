#include "jetmeter/sampler.h"

#include <time.h>

#include "telemetry/sampler_core.h"

namespace jetmeter {

Sampler::Sampler(Options options)
    : clock_(*options.clock),
      interval_(options.interval),
      core_(std::make_unique<SamplerCore>(options)) {
  thread_ = std::thread([this] { loop(); });
}

Sampler::~Sampler() {
  stop();
}

void Sampler::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Sampler::loop() {
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    lock.unlock();
    core_->tick(clock_.monotonic());
    timespec cpu{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    cpu_time_ns_ = cpu.tv_sec * 1'000'000'000LL + cpu.tv_nsec;
    lock.lock();
    const auto now = clock_.monotonic();
    const auto next = (now / interval_ + 1) * interval_;
    wake_.wait_for(lock, next - now, [&] { return stopped_ || interval_changed_; });
    interval_changed_ = false;
  }
  lock.unlock();
  core_->tick(clock_.monotonic(), true);
}

void Sampler::add(std::string name, std::unique_ptr<Source> source, Nanoseconds shortest_period) {
  core_->add(std::move(name), std::move(source), shortest_period);
}

void Sampler::remove(std::string_view name) {
  core_->remove(name);
}

void Sampler::set_interval(Nanoseconds interval) {
  core_->set_interval(interval);
  {
    const std::scoped_lock lock(mutex_);
    interval_ = interval;
    interval_changed_ = true;
  }
  wake_.notify_all();
}

std::vector<SourceReport> Sampler::sources() const {
  return core_->sources();
}

std::vector<ChannelReport> Sampler::channels(std::string_view source) const {
  return core_->channels(source);
}

std::vector<HistoryPoint> Sampler::history(std::string_view channel,
                                           std::string_view source) const {
  return core_->history(channel, source);
}

std::optional<Energy> Sampler::energy(std::string_view channel, Nanoseconds from,
                                      Nanoseconds to) const {
  return core_->energy(channel, from, to);
}

Nanoseconds Sampler::cpu_time() const {
  return Nanoseconds(cpu_time_ns_) + core_->cpu_time_of_programs();
}

std::vector<HistoryPoint> Sampler::cpu_seconds_of_programs() const {
  return core_->cpu_seconds_of_programs();
}

}  // namespace jetmeter
